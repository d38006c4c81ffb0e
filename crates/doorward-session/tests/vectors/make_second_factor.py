#!/usr/bin/env python3
"""Makes second_factor_v1.txt: an implementation of docs/second-factor.md that shares no code with the crate.

    python3 make_second_factor.py > second_factor_v1.txt

It needs nothing but Python. Two vectors are searched for, which takes some seconds.
"""

import base64
import hashlib
import hmac
from urllib.parse import quote

STEP = 30
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RFC_6238 = b"12345678901234567890"


def show(kind, **values):
    """Numbers are written as u64, texts as UTF-8."""
    print(f"\n[{kind}]")
    for name, value in values.items():
        if isinstance(value, int):
            value = value.to_bytes(8, "big")
        if isinstance(value, str):
            value = value.encode()
        print(f"{name} = {value.hex()}".rstrip())


def code(secret, step):
    """RFC 4226, section 5.3."""
    mac = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    at = mac[19] & 0xF
    number = int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def check_against_the_rfc():
    """RFC 6238, appendix B, of which the last six digits."""
    for seconds, digits in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert code(RFC_6238, seconds // STEP) == digits


def first_alike(secret, distance):
    """The first step, of this century's, that has the code of the one `distance` after it."""
    step = 55_000_000
    codes = [code(secret, step + i) for i in range(distance)]
    while True:
        codes.append(code(secret, step + distance))
        if codes.pop(0) == codes[-1]:
            return step
        step += 1


def uri(secret, issuer, account):
    issuer, account = quote(issuer, safe=""), quote(account, safe="")
    key = base64.b32encode(secret).decode().rstrip("=")
    return (
        f"otpauth://totp/{issuer}:{account}?secret={key}&issuer={issuer}"
        "&algorithm=SHA1&digits=6&period=30"
    )


def recovery_code(random):
    bits = int.from_bytes(random, "big") >> 3
    digits = "".join(CROCKFORD[bits >> (5 * i) & 31] for i in reversed(range(25)))
    return "-".join(digits[i : i + 5] for i in range(0, 25, 5))


def digest(account, written):
    characters = written.replace("-", "").encode()
    return hashlib.sha256(b"doorward/recovery-code/v1" + account + characters).digest()


def record(secret, first_step, enrolled_at, digests):
    return b"".join(
        (b"\x01", secret, first_step.to_bytes(8, "big"), enrolled_at.to_bytes(8, "big"),
         bytes([len(digests)]), *digests)
    )


def random(label, length):
    return hashlib.sha512(label.encode()).digest()[:length]


def main():
    check_against_the_rfc()
    print("# Made by make_second_factor.py. Every value is hexadecimal: numbers u64 big endian, texts UTF-8.")

    for number, seconds in enumerate((0, 29, 30, 1_700_000_000, 1 << 31, 250_000_000_000)):
        secret = random(f"totp {number}", 20)
        show("totp", secret=secret, seconds=seconds, code=code(secret, seconds // STEP))

    for distance in (1, 2):
        secret = random(f"alike {distance}", 20)
        step = first_alike(secret, distance)
        show("alike", secret=secret, first=step, second=step + distance, code=code(secret, step))

    names = (
        ("Acme", "alice@example.com"),
        ("Big Corp & Söhne, 100 %", "b+c d/e?f=g#h&i;j"),
        ("名前 🚪", "ÅNGSTRÖM~user-name_1.x"),
        ("a'b\"c<d>", "%41\\\t\u0000"),
        ("🚪" * 16, "%" * 320),
    )
    for number, (issuer, account) in enumerate(names):
        secret = random(f"uri {number}", 20)
        show("uri", secret=secret, issuer=issuer, account=account, uri=uri(secret, issuer, account))

    codes = [bytes(16), b"\xff" * 16] + [random(f"code {number}", 16) for number in range(3)]
    for number, bits in enumerate(codes):
        account, written = random(f"account {number}", 16), recovery_code(bits)
        typed = (
            written.replace("-", " ").replace("0", "o").replace("1", "l" if number % 2 else "I").lower()
        )
        show(
            "recovery_code", random=bits, written=written, typed=typed,
            account=account, digest=digest(account, written),
        )

    for number, (step, enrolled_at, count) in enumerate(
        ((0, 0, 0), (1, 1, 1), (56_666_667, 1_700_000_000_123, 10), (2**64 - 1, 253_402_300_799_999, 16))
    ):
        secret, account = random(f"record {number}", 20), random(f"owner {number}", 16)
        codes = [random(f"kept {number} {i}", 16) for i in range(count)]
        digests = [digest(account, recovery_code(bits)) for bits in codes]
        show(
            "record", secret=secret, first_step=step, enrolled_at=enrolled_at, account=account,
            codes=b"".join(codes), bytes=record(secret, step, enrolled_at, digests),
        )


if __name__ == "__main__":
    main()
