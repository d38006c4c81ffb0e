#!/usr/bin/env python3
"""Reads every URI and makes every code of second_factor_v1.txt with pyotp, which is neither the crate nor
make_second_factor.py.

    pip install pyotp
    python3 read_with_pyotp.py
"""

import base64
from pathlib import Path

import pyotp


def vectors():
    kind, values = None, {}
    for line in Path(__file__).with_name("second_factor_v1.txt").read_text().splitlines() + ["["]:
        if line.startswith("["):
            if kind:
                yield kind, values
            kind, values = line.strip("[]"), {}
        elif line and not line.startswith("#"):
            name, value = line.split(" =")
            values[name] = bytes.fromhex(value)


def main():
    counts = {"totp": 0, "uri": 0}
    for kind, values in vectors():
        if kind == "totp":
            totp = pyotp.TOTP(base32(values["secret"]))
            assert totp.at(int.from_bytes(values["seconds"], "big")) == values["code"].decode()
        elif kind == "uri":
            totp = pyotp.parse_uri(values["uri"].decode())
            assert totp.secret == base32(values["secret"])
            assert (totp.issuer, totp.name) == (values["issuer"].decode(), values["account"].decode())
            assert (totp.digits, totp.interval) == (6, 30)
            assert totp.digest().name == "sha1"
        else:
            continue
        counts[kind] += 1
    assert all(counts.values())
    print(counts)


def base32(secret):
    return base64.b32encode(secret).decode()


if __name__ == "__main__":
    main()
