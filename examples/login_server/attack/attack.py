#!/usr/bin/env python3
"""Runs hydra and medusa against the login server, while owners log in: see README.md beside this file.

Everything stays on loopback and stops by itself. It needs Python, hydra and medusa, and nothing else."""

import argparse
import pathlib
import random
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from adapter import Adapter  # noqa: E402
from owners import Owners  # noqa: E402
from server import Server  # noqa: E402

# The most common passwords of leaked lists, in their usual order.
COMMON = (
    "123456 password 123456789 12345678 12345 qwerty 1234567 111111 1234567890 123123 "
    "abc123 1234 password1 iloveyou 1q2w3e4r 000000 qwerty123 zaq12wsx dragon sunshine"
).split()
ACCOUNTS, WEAK, AT_ONCE = 100, 12, 16

# From the recommended policy (examples/data/policy.toml), which the server is run with: a source may fail 6 times, then
# once a minute, and once more for every 3 logins from there; a password is sprayed once it has failed on 6 accounts, and
# with three sprayed ones every common password is.
FREE_OF_SOURCE, PER_MINUTE, LOGINS_PER_FAILURE, FREE_OF_PASSWORD, SPRAYED = 6, 1, 3, 6, 3


class People:
    """100 accounts, of which some use a common password."""

    def __init__(self, folder: pathlib.Path, seed: int) -> None:
        draw = random.Random(seed)
        names = [f"user{number:03}@example.com" for number in range(ACCOUNTS)]
        weak = draw.sample(names, WEAK)
        self.weak = {name: draw.choice(COMMON) for name in weak}
        self.strong = {
            name: f"owner-{secrets.token_hex(8)}" for name in names if name not in self.weak
        }
        self.file, self.names, self.passwords = (
            folder / name for name in ("users.csv", "names.txt", "passwords.txt")
        )
        everybody = {**self.weak, **self.strong}
        rows = [f"{name},{everybody[name]}" for name in names]
        self.file.write_text("\n".join(["identifier,password", *rows, ""]))
        self.names.write_text("\n".join([*names, ""]))
        self.passwords.write_text("\n".join([*COMMON, ""]))


def hydra(people: People, port: int, spray: bool) -> list[str]:
    """All passwords on all accounts; as a spray, one password on all accounts before the next."""
    form = r"/login:username=^USER^&password=^PASS^:H=Accept\: application/json:S=access_token"
    order = ["-u"] if spray else []
    return ["hydra", "-I", "-L", str(people.names), "-P", str(people.passwords), *order, "-t", str(AT_ONCE),
            "-s", str(port), "127.0.0.1", "http-post-form", form]  # fmt: skip


def medusa_form(people: People, port: int) -> list[str]:
    """The same; whatever has "error" in it is no login."""
    return medusa(people, port, ["-M", "web-form", "-m", "FORM:login", "-m", "DENY-SIGNAL:error",
                                 "-m", "FORM-DATA:post?username=&password=&"])  # fmt: skip


def medusa_basic(people: People, port: int) -> list[str]:
    return medusa(people, port, ["-M", "http", "-m", "DIR:/basic"])


def medusa(people: People, port: int, module: list[str]) -> list[str]:
    return ["medusa", "-h", "127.0.0.1", "-n", str(port), "-U", str(people.names), "-P", str(people.passwords),
            "-t", str(AT_ONCE), *module]  # fmt: skip


def reported(output: str) -> dict[str, str]:
    """What the tool says that it has found."""
    patterns = (
        r"login: (\S+)\s+password: (\S+)",  # hydra
        r"ACCOUNT FOUND: .* User: (\S+) Password: (\S+) \[SUCCESS",  # medusa
    )
    return dict(pair for pattern in patterns for pair in re.findall(pattern, output))


class Run:
    """One tool against one server."""

    def __init__(self, name: str, tool, sources: int | None, policy: str | None = None) -> None:
        self.name, self.tool, self.sources, self.policy = name, tool, sources, policy

    def go(self, binary: str, people: People, folder: pathlib.Path, limit: int) -> list[str]:
        """What was wrong; nothing, if all is well."""
        server = Server(binary, people.file, folder, self.policy, trusting=self.sources is not None)
        adapter = Adapter(server.port, self.sources) if self.sources is not None else None
        owners = Owners(server, people.strong)
        began = time.monotonic()
        try:
            owners.begin()
            command = self.tool(people, adapter.port if adapter else server.port)
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=limit, cwd=folder)
                output = done.stdout + done.stderr
            except subprocess.TimeoutExpired as stopped:
                output = str(stopped.stdout or b"", "utf-8", "replace")
            seconds = time.monotonic() - began
            owners.end(at_least=10)
            metrics = server.metrics()
            wrong = server.stop()
        finally:
            server.kill()
            if adapter:
                adapter.close()
        found = reported(output)
        wrong += self.judge(found, people, metrics, seconds, owners.tries["home"]) + owners.judge()
        print(f"| {self.name} | {seconds:.0f} s | {metrics.get('rejected', 0)} | {metrics.get('waited', 0)} "
              f"| {metrics.get('step_up', 0)} | {len(found)} | {owners.told()} |")  # fmt: skip
        return [f"{self.name}: {what}" for what in wrong[:5]]

    def judge(self, found: dict, people: People, metrics: dict, seconds: float, logins: int) -> list[str]:
        wrong = [f"reports {name}, which is no login" for name in found if name not in people.weak]
        if self.policy:
            # Nothing is refused: else the other runs would show nothing.
            if found != people.weak:
                wrong.append(f"found {len(found)} of {WEAK} where nothing is refused")
            return wrong
        # Of each source, and of each password: whichever is less.
        of_sources = (self.sources or 1) * (FREE_OF_SOURCE + PER_MINUTE * (1 + seconds / 60))
        if self.sources is None:
            # Owners log in from the same address.
            of_sources += logins / LOGINS_PER_FAILURE
        of_passwords = SPRAYED * (FREE_OF_PASSWORD + AT_ONCE)
        budget = min(of_sources, of_passwords)
        heard = metrics.get("rejected", 0) + len(found)
        if heard > budget:
            wrong.append(f"{heard} guesses were heard, which are more than {budget:.0f}")
        if len(found) > budget:
            wrong.append(f"reports {len(found)} logins, which are more than {budget:.0f}")
        if metrics.get("waited", 0) + metrics.get("step_up", 0) == 0:
            wrong.append("was never made to wait")
        return wrong


RUNS = [
    # As anybody would run them: 401 is enough for hydra to go no further, and 429 for medusa.
    Run("hydra, spray", lambda people, port: hydra(people, port, True), None),
    Run("hydra, account by account", lambda people, port: hydra(people, port, False), None),
    Run("medusa", medusa_form, None),
    # With an adapter that helps them over the statuses that they stop at.
    Run("hydra, spray, helped", lambda people, port: hydra(people, port, True), 1),
    Run("medusa, helped", medusa_basic, 1),
    Run("hydra, spray, 200 addresses", lambda people, port: hydra(people, port, True), 200),
    Run("medusa, 200 addresses", medusa_basic, 200),
]
# Nothing is refused: the tools find every one of them.
CONTROLS = [
    Run("hydra, nothing refused", lambda people, port: hydra(people, port, True), 1, 'mode = "monitor"\n'),
    Run("medusa, nothing refused", medusa_basic, 1, 'mode = "monitor"\n'),
]
QUICK = [RUNS[0], RUNS[4], RUNS[6], CONTROLS[1]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True, help="the program: target/release/examples/login_server")
    parser.add_argument("--seed", type=int, default=1, help="other accounts use other common passwords")
    parser.add_argument("--limit", type=int, default=60, help="seconds after which a tool is stopped")
    parser.add_argument("--quick", action="store_true", help="fewer runs, in less than a minute")
    told = parser.parse_args()
    for tool in ("hydra", "medusa"):
        if not shutil.which(tool):
            print(f"there is no {tool} here: apt-get install hydra medusa", file=sys.stderr)
            return 77
    print(f"{ACCOUNTS} accounts, {WEAK} of them with one of the {len(COMMON)} most common passwords\n")
    print("| run | took | wrong | waits | step-ups | reported logins | owners' logins: known device, other address |")
    print("|---|---|---|---|---|---|---|")
    wrong = []
    for run in QUICK if told.quick else [*RUNS, *CONTROLS]:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            wrong += run.go(told.server, People(folder, told.seed), folder, told.limit)
    print()
    for what in wrong:
        print(f"error: {what}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
