"""Owners who log in while their accounts are attacked: from a known device, and from another address."""

import re
import threading
import time

from client import Client
from server import Server

# From where the attackers come too, unless they come through the adapter; and from where nobody else does.
HOME, AWAY = "127.0.0.1", "127.0.0.2"


class Owners:
    def __init__(self, server: Server, people: dict[str, str]) -> None:
        names = sorted(people)
        self.server, self.people = server, people
        self.at_home, self.away = names[:8], names[8:16]
        self.devices: dict[str, str] = {}
        self.tries = {"home": 0, "away": 0}
        self.failures: list[str] = []
        self.codes = 0
        self.unhealthy = 0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._go)

    def begin(self) -> None:
        """Before the attack: devices become known."""
        for name in self.at_home:
            status, answer = self._login(name, AWAY, None)
            if status != 200:
                raise SystemExit(f"an owner does not get in before the attack: {status} {answer}")
            self.devices[name] = answer["device_token"]
        self.thread.start()

    def end(self, at_least: int) -> None:
        """Goes on until so many have tried, however soon the tool gave up."""
        while self.thread.is_alive() and min(self.tries.values()) < at_least:
            time.sleep(0.1)
        self.done.set()
        self.thread.join()

    def judge(self) -> list[str]:
        wrong = self.failures[:3]
        if len(self.failures) > sum(self.tries.values()) / 100:
            wrong.append(f"{len(self.failures)} of {sum(self.tries.values())} owners' logins failed")
        else:
            wrong = []
        if self.unhealthy:
            wrong.append(f"/healthz did not answer {self.unhealthy} times")
        return wrong

    def told(self) -> str:
        failed = {kind: sum(kind in what for what in self.failures) for kind in self.tries}
        shares = [f"{count - failed[kind]} of {count}" for kind, count in self.tries.items()]
        return ", ".join(shares) + (f" ({self.codes} by a code)" if self.codes else "")

    def _go(self) -> None:
        turn = 0
        while not self.done.wait(0.5):
            home = self.at_home[turn % len(self.at_home)]
            self._try("home", home, HOME if not self._is_proxied() else AWAY, self.devices[home])
            self._try("away", self.away[turn % len(self.away)], AWAY, None)
            self.unhealthy += not self.server.is_healthy()
            turn += 1

    def _is_proxied(self) -> bool:
        return "--trust-proxy" in self.server.process.args

    def _try(self, kind: str, name: str, source: str, device: str | None) -> None:
        self.tries[kind] += 1
        try:
            status, answer = self._login(name, source, device)
        except OSError as error:
            self.failures.append(f"{kind}: {error}")
            return
        if status == 200:
            if device:
                self.devices[name] = answer["device_token"]
        else:
            self.failures.append(f"{kind}: {name} was answered {status} {answer.get('error')}")

    def _login(self, name: str, source: str, device: str | None) -> tuple[int, dict]:
        client = Client(self.server.port, source)
        attempt = {"username": name, "password": self.people[name]}
        if device:
            attempt["device_token"] = device
        status, answer = client.post("/login", attempt)
        if answer.get("error") != "second_factor_required":
            return status, answer
        self.codes += 1
        redeem = {"ticket": answer["ticket"], "code": self._code(name)}
        return client.post("/login/second-factor", redeem)

    def _code(self, name: str) -> str:
        """Of the last letter to this owner."""
        for _ in range(50):
            for letter in sorted(self.server.outbox.glob("*.txt"), reverse=True):
                text = letter.read_text()
                found = re.search(r"the code is (\d+)", text)
                if found and f"To: {name}\n" in text:
                    letter.unlink()
                    return found[1]
            time.sleep(0.05)
        return "none"
