"""Checks that every file that a Markdown page links to exists."""

import re
import subprocess
import sys
from pathlib import Path

LINK = re.compile(r"\]\(([^)#\s]+)")


def main() -> int:
    # A checkout that belongs to somebody else is still ours to read.
    git = ["git", "-c", "safe.directory=*", "ls-files", "-z", "*.md"]
    pages = [Path(name) for name in subprocess.check_output(git, text=True).split("\0") if name]
    links = [(page, link) for page in pages for link in LINK.findall(page.read_text("utf-8"))]
    # "::" links to an item of the API: rustdoc checks it.
    local = [(page, link) for page, link in links if "://" not in link and "::" not in link]
    broken = [(page, link) for page, link in local if not (page.parent / link).exists()]
    for page, link in broken:
        print(f"error: {page} links to {link}, which does not exist", file=sys.stderr)
    print(f"{len(pages)} pages, {len(local)} links to files, {len(broken)} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
