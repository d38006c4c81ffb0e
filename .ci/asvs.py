"""Checks that the table of ASVS requirements is whole, and that the tests that it names exist."""

import re
import sys
from pathlib import Path

PAGE = Path("crates/doorward/docs/asvs.md")
# How many requirements each section has.
SECTIONS = {
    "6.1": 3, "6.2": 12, "6.3": 8, "6.4": 6, "6.5": 8, "6.6": 4, "6.7": 2, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 3, "7.6": 2,
}
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([123]) \| [^|]+ \| ([^|]+) \|$")
TEST = re.compile(r"`([\w./-]+\.rs)::(\w+)`")
DUTY = re.compile(r"[Tt]he service's own duty: \S")


def problem(path: str, name: str) -> str | None:
    """Why there is no such test."""
    files = [root / path for root in (Path("crates"), Path(".")) if (root / path).is_file()]
    if not files:
        return f"there is no file {path}"
    # Other attributes may stand between.
    test = re.compile(rf"#\[(tokio::)?test\b[^\n]*\](\s*#\[[^\n]*\])*\s*(async )?fn {name}\(")
    if not test.search(files[0].read_text("utf-8")):
        return f"{path} has no test {name}"
    return None


def main() -> int:
    found = [row for line in PAGE.read_text("utf-8").splitlines() if (row := ROW.match(line))]
    wanted = [f"{section}.{at + 1}" for section, count in SECTIONS.items() for at in range(count)]
    problems, named = [], set()
    if [row[1] for row in found] != wanted:
        missing = [number for number in wanted if number not in {row[1] for row in found}]
        problems.append(f"the rows are not those of the standard, in its order; missing: {missing}")
    for row in found:
        tests = TEST.findall(row[3])
        named.update(tests)
        if not tests and not DUTY.search(row[3]):
            problems.append(f"{row[1]} has neither a test nor a duty of the service")
        problems += [f"{row[1]}: {why}" for test in tests if (why := problem(*test))]
    for why in problems:
        print(f"error: {PAGE}: {why}", file=sys.stderr)
    held = sum(1 for row in found if TEST.search(row[3]))
    print(f"ASVS: {len(found)} requirements, {held} held by {len(named)} tests, the others duties")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
