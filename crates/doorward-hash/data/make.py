"""Writes common.txt, the built-in list of common passwords, and ranks.bin, how common each is.

    cargo new scratch && cd scratch && cargo add zxcvbn@=3.1.1 && cargo fetch
    python3 make.py ~/.cargo/registry/src/*/zxcvbn-3.1.1/src/frequency_lists.rs

With --check behind the path nothing is written: it fails unless both are what would be. The
entries are kept as they are, one a line, in the order of their bytes; ranks.bin has a number of two
bytes, big-endian, for each entry in the same order: 0 for the most common one. See NOTICE for the
licence.
"""

import hashlib
import re
import sys
from pathlib import Path

SOURCE_SHA256 = "6663b95ba2dff46afdbd335e177e67b1a5d2c8533ac0d57d46fed5d43c0e864b"
HEADER = """\
# 30,000 common passwords, sorted: the list PASSWORDS of the crate zxcvbn 3.1.1.
# MIT License, Copyright (c) 2016 Joshua Holmer, (c) 2012-2015 Dan Wheeler and Dropbox, Inc.
# See NOTICE. Made by make.py. The list begins behind the empty line.

"""


def passwords(source):
    if hashlib.sha256(source).hexdigest() != SOURCE_SHA256:
        sys.exit("This is not src/frequency_lists.rs of zxcvbn 3.1.1.")
    literal = re.search(r'^const PASSWORDS: &str = "(.*)";$', source.decode(), re.MULTILINE)
    # The one escape in it is that of a backslash.
    return literal[1].replace("\\\\", "\\").encode().split(b",")


def main():
    by_rank = passwords(Path(sys.argv[1]).read_bytes())
    entries = sorted(by_rank)
    rank = {entry: number for number, entry in enumerate(by_rank)}
    made = {
        "common.txt": HEADER.encode() + b"\n".join(entries) + b"\n",
        "ranks.bin": b"".join(rank[entry].to_bytes(2, "big") for entry in entries),
    }
    for name, content in made.items():
        target = Path(__file__).with_name(name)
        if sys.argv[2:] != ["--check"]:
            target.write_bytes(content)
        elif target.read_bytes() != content:
            sys.exit(f"{name} is not what make.py makes.")


if __name__ == "__main__":
    main()
