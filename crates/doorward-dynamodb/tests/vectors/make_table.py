#!/usr/bin/env python3
"""Makes table.json: items of the table as docs/table.md describes them, format 1, in DynamoDB's own JSON.

    python3 make_table.py > table.json
"""

import base64
import json

ACCOUNT = bytes(range(16))
KEYS = [bytes([7] * 32), bytes([8])]
SESSION = bytes(range(16, 32))
DIGEST = bytes(range(32))


def b(data: bytes) -> dict:
    return {"B": base64.b64encode(data).decode()}


def n(number: int) -> dict:
    return {"N": str(number)}


def s(text: str) -> dict:
    return {"S": text}


def url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def at(seconds: int, nanos: int = 0) -> dict:
    return n(seconds * 10**9 + nanos)


def cell(column: int) -> str:
    """`c` and the column, rotated left by a byte, in base 36."""
    number = (column << 8 | column >> 56) & (1 << 64) - 1
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return "c" + digits


def turned(column: int) -> str:
    return str((column << 8 | column >> 56) & (1 << 64) - 1)


def place(pk: str, sk: str) -> dict:
    return {"pk": s(pk), "sk": s(sk)}


CREDENTIAL = {
    "account": b(ACCOUNT),
    "version": n(3),
    "keys": b(b"".join(bytes([len(key)]) + key for key in KEYS)),
    "identifier": b(b"sealed identifier"),
    "password": b(b"sealed password"),
    "details": b(b"sealed details"),
    "status": s("disabled"),
    "created": at(1_790_000_000, 7),
    "changed": at(1_790_000_001),
}
CELLS = {(1 << 56) | 250_000: 5, 2**64 - 1: -3, 0: 0}
ITEMS = [
    {**place(f"ACCOUNT#{ACCOUNT.hex()}", "CREDENTIAL"), **CREDENTIAL},
    *({**place(f"KEY#{url(key)}", "CREDENTIAL"), **CREDENTIAL} for key in KEYS),
    {**place(f"ACCOUNT#{ACCOUNT.hex()}", "EPOCH"), "epoch": n(4), "kept": b(SESSION), "kept_epoch": n(2)},
    {
        **place(f"ACCOUNT#{ACCOUNT.hex()}", f"SESSION#{SESSION.hex()}"),
        "version": n(2),
        "value": b(b"sealed session"),
        "created": at(1_790_000_000),
        "exp": at(4_000_000_000),
        "epoch": n(2),
        "ttl": n(4_000_000_000 + 86_400),
    },
    {
        **place(f"COUNTER#{url(DIGEST)}", "ROW"),
        **{cell(column): n(value) for column, value in CELLS.items()},
        "names": {"NS": [turned(column) for column in CELLS]},
        "exp": at(3_900_000_000),
        "exp_short": at(4_000_000_000),
        "seq": n(17),
        "ttl": n(4_000_000_000 + 86_400),
    },
    {
        **place(f"TICKET#{url(DIGEST)}", "TICKET"),
        "value": b(b"sealed ticket"),
        "exp": at(4_000_000_000, 100),
        "ttl": n(4_000_000_001 + 86_400),
    },
]

print(json.dumps(ITEMS, indent=1))
