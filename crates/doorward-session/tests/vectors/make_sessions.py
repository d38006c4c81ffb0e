#!/usr/bin/env python3
"""Makes sessions_v1.txt: an implementation of docs/sessions.md that shares no code with the crate.

    python3 make_sessions.py > sessions_v1.txt

It needs nothing but Python.
"""

import base64
import hashlib
import hmac
import zlib

from make_second_factor import random, record as second_factor, show

DOMAIN = b"doorward/session/v1\0"
ONE_TIME = b"doorward/one-time/v1\0"
KINDS = {"access": 1, "refresh": 2, "session": 3}
PREFIXES = {"access": "dwa_", "refresh": "dwr_", "session": "dws_"}
PURPOSES = ("enrolment", "identifier change", "invitation", "recovery", "verification")
LATEST = 253_402_300_799_999


def b64(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def with_checksum(text):
    return text + b64(zlib.crc32(text.encode()).to_bytes(4, "big"))


def token(kind, account, session, secret, seal=b""):
    return with_checksum(f"{PREFIXES[kind]}{b64(account + session)}.{b64(secret + seal)}")


def digest(kind, account, session, secret):
    return hashlib.sha256(DOMAIN + bytes([KINDS[kind]]) + account + session + secret).digest()


def derive(secret, purpose, salt=b""):
    return hmac.digest(secret, DOMAIN + purpose + salt, "sha256")


def number(value):
    return value.to_bytes(8, "big")


def text(value):
    raw = value.encode()
    return len(raw).to_bytes(2, "big") + raw


def session_record(factors, at, epoch, ends_at, holder):
    return bytes([1, factors]) + number(at) + number(epoch) + number(ends_at) + holder


def one_time_record(purpose, live, account, epoch, index, content):
    return bytes([1, purpose, live]) + account + number(epoch) + index + text(content)


def tokens():
    for number_, kind in enumerate(KINDS):
        for edge in range(3):
            label = f"token {number_} {edge}"
            account, session = random(f"account {label}", 16), random(f"session {label}", 16)
            secret = (bytes(32), b"\xff" * 32, random(f"secret {label}", 32))[edge]
            seal = random(f"seal {label}", 20) if kind == "refresh" else b""
            show(
                f"token {kind}", account=account, session=session, secret=secret, seal=seal,
                text=token(kind, account, session, secret, seal),
                digest=digest(kind, account, session, secret),
            )


def one_time():
    for at, purpose in enumerate(PURPOSES):
        secret = random(f"one-time {purpose}", 32)
        hashed = hashlib.sha256(ONE_TIME + bytes([at + 1]) + secret).digest()
        shown = with_checksum("dwo_" + b64(secret))
        show("one_time_token", purpose=purpose, secret=secret, text=shown, digest=hashed)
    for at, (purpose, live, content) in enumerate((
        (4, 1, ""), (4, 0, ""), (3, 1, "bob@example.com"), (2, 1, "åsa@bücher.example"), (5, 1, ""),
        (1, 1, b64(random("enrolled", 20))), (2, 1, "x" * 320),
    )):
        account = random(f"one-time account {at}", 16) if live else bytes(16)
        epoch = (1_700_000_000_123, 0, 0, 2**64 - 1, 1, 2, 3)[at]
        index = random(f"one-time index {at}", 32)
        show(
            "one_time_record", purpose=PURPOSES[purpose - 1], live=bytes([live]), account=account,
            epoch=epoch, index=index, text=content,
            bytes=one_time_record(purpose, live, account, epoch, index, content),
        )


def sessions():
    rows = (
        (0, 0, 0, 0),
        (1, 1_700_000_000_123, 1_690_000_000_000, 1_700_086_400_123),
        (5, LATEST, 2**64 - 1, LATEST),
        (15, 1, 2, 3),
    )
    for at, (factors, authenticated_at, epoch, ends_at) in enumerate(rows):
        held = random(f"session digest {at}", 32)
        show(
            "session", factors=bytes([factors]), authenticated_at=authenticated_at, epoch=epoch,
            ends_at=ends_at, digest=held,
            bytes=session_record(factors, authenticated_at, epoch, ends_at, b"\x01" + held),
        )


def grants():
    """Each exchange of a grant, from the random secret of its first refresh token."""
    for at, (scopes, exchanges) in enumerate((("", 0), ("invoices:read profile", 1), ("a b c", 3))):
        account, session = random(f"grant account {at}", 16), random(f"grant session {at}", 16)
        secret = random(f"grant secret {at}", 32)
        opened, life = 1_700_000_000_000, 300_000
        salts = [random(f"salt {at} {i}", 32) for i in range(exchanges)]
        # Ten seconds lie between two exchanges: all are within the minute of grace.
        times = [opened + 10_000 * (i + 1) for i in range(exchanges)]

        def access(secret, made_at):
            return digest("access", account, session, derive(secret, b"access")) + number(made_at + life)

        present, recent, former = access(secret, opened), b"", None
        for salt, now in zip(salts, times):
            recent += digest("refresh", account, session, secret) + salt + number(now)
            secret = derive(secret, b"refresh", salt)
            former, present = present, access(secret, now)
        holder = b"\x02" + text(scopes) + digest("refresh", account, session, secret) + present
        holder += b"\x00" if former is None else b"\x01" + former
        holder += bytes([exchanges]) + recent
        show(
            "grant", account=account, session=session, first=random(f"grant secret {at}", 32),
            scopes=scopes, opened=opened, salts=b"".join(salts),
            refresh=secret, access=derive(secret, b"access"),
            bytes=session_record(1, opened, 7, opened + 10 * life, holder),
        )


def details():
    factor = second_factor(random("details", 20), 5, 1_700_000_000_123, [random("code", 32)])
    for verified, kept in ((1_700_000_000_123, b""), (None, factor), (LATEST, factor)):
        has = (verified is not None) | (2 if kept else 0)
        time = b"" if verified is None else number(verified)
        show("details", verified_at=time, second_factor=kept, bytes=bytes([1, has]) + time + kept)


def main():
    print("# Made by make_sessions.py. Every value is hexadecimal: numbers u64 big endian, texts UTF-8.")
    tokens()
    one_time()
    sessions()
    grants()
    details()


if __name__ == "__main__":
    main()
