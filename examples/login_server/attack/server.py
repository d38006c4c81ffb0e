"""A login server under attack: from its start to its end."""

import pathlib
import re
import subprocess
import sys

from client import Client


class Server:
    def __init__(self, binary: str, users: pathlib.Path, folder: pathlib.Path, policy: str | None, trusting: bool) -> None:
        self.outbox = folder / "outbox"
        command = [binary, "--listen", "127.0.0.1:0", "--users", str(users), "--cost", "minimal",
                   "--outbox", str(self.outbox), "--operators-from", "127.0.0.3/32"]  # fmt: skip
        if trusting:
            # The adapter is a proxy to the server; owners come without it, from another address.
            command += ["--trust-proxy", "127.0.0.1/32", "--proxy-header", "x-forwarded-for"]
        if policy:
            file = folder / "policy.toml"
            file.write_text(policy)
            command += ["--policy", str(file)]
        self.log = (folder / "server.log").open("w")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        found = re.search(r":(\d+)$", line)
        if not found:
            self.kill()
            sys.exit(f"the server did not start: {(folder / 'server.log').read_text()[-500:]}")
        self.port = int(found[1])

    def metrics(self) -> dict[str, int]:
        """Audit events by kind."""
        status, text = Client(self.port, "127.0.0.3").get("/metrics")
        if status != 200:
            return {}
        counts: dict[str, int] = {}
        for kind, count in re.findall(r'^doorward_events_total\{kind="(\w+)"[^}]*\} (\d+)$', text, re.MULTILINE):
            counts[kind] = counts.get(kind, 0) + int(count)
        return counts

    def is_healthy(self) -> bool:
        try:
            return Client(self.port, "127.0.0.3").get("/healthz")[0] == 200
        except OSError:
            return False

    def stop(self) -> list[str]:
        """Asks it to end, and says what was wrong with how it did."""
        if self.process.poll() is not None:
            return [f"the server has ended: {self.process.returncode}"]
        wrong = [] if self.is_healthy() else ["/healthz does not answer"]
        self.process.terminate()
        try:
            status = self.process.wait(15)
        except subprocess.TimeoutExpired:
            return [*wrong, "the server did not end when it was asked to"]
        return wrong if status == 0 else [*wrong, f"the server ended with {status}"]

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()
