#!/usr/bin/env python3
"""Makes wrapped_key_v1.txt: an implementation of docs/wrapped_key.md that shares no code with the crate.

    python3 make.py > wrapped_key_v1.txt
"""

import struct

ACCOUNT = "111122223333"
CASES = [
    (1, f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab", 184),
    (0, f"arn:aws-cn:kms:cn-north-1:{ACCOUNT}:key/mrk-1234abcd12ab34cd56ef1234567890ab", 1),
    (0xFFFFFFFF, f"arn:aws-us-gov:kms:us-gov-west-1:{ACCOUNT}:key/a", 6_144),
]


def lp(part):
    return struct.pack(">I", len(part)) + part


def main():
    print("# Made by make.py. The id is in decimal, the ARN as it is, the rest in hexadecimal.")
    for number, (key_id, arn, length) in enumerate(CASES):
        blob = bytes((11 * i + number) % 256 for i in range(length))
        wrapped = b"\x01" + struct.pack(">I", key_id) + lp(arn.encode()) + lp(blob)
        print(f"\n[wrapped_key]\nid = {key_id}\narn = {arn}\nwrapped = {wrapped.hex()}")


if __name__ == "__main__":
    main()
