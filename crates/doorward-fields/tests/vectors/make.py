#!/usr/bin/env python3
"""Makes envelope_v1.txt and envelope_v2.txt: an implementation of docs/envelope.md and docs/keys.md
that shares no code with the crate.

    pip install cryptography
    python3 make.py 1 > envelope_v1.txt
    python3 make.py 2 > envelope_v2.txt

ChaCha20-Poly1305, HKDF and HMAC are OpenSSL's, through the `cryptography` package. HChaCha20, which
makes XChaCha20 of ChaCha20, is below and checks itself against draft-irtf-cfrg-xchacha-03.
"""

import hashlib
import struct
import sys

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand


def hchacha20(key, nonce):
    """Section 2.2 of the draft: 20 rounds, no addition of the input, words 0..4 and 12..16."""
    state = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce))

    def quarter(a, b, c, d):
        for x, y, z, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[x] = (state[x] + state[y]) & 0xFFFFFFFF
            word = state[z] ^ state[x]
            state[z] = (word << by | word >> (32 - by)) & 0xFFFFFFFF

    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return struct.pack("<8I", *state[:4], *state[12:])


def xchacha20_poly1305(key, nonce, plaintext, aad):
    """Section 2.3 of the draft."""
    subkey = hchacha20(key, nonce[:16])
    return ChaCha20Poly1305(subkey).encrypt(bytes(4) + nonce[16:], plaintext, aad)


def check_against_the_draft():
    """Section 2.2.1, and appendix A.3.1."""
    key = bytes(range(32))
    nonce = bytes.fromhex("000000090000004a0000000031415927")
    expected = "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc"
    assert hchacha20(key, nonce).hex() == expected
    sealed = xchacha20_poly1305(
        bytes(range(0x80, 0xA0)),
        bytes(range(0x40, 0x58)),
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
        b"future, sunscreen would be it.",
        bytes.fromhex("50515253c0c1c2c3c4c5c6c7"),
    )
    assert sealed[:8].hex() == "bd6d179d3e83d43b"
    assert sealed[-16:].hex() == "c0875924c1c7987947deafd8780acf49"


def mac_of(key, message):
    state = hmac.HMAC(key, hashes.SHA256())
    state.update(message)
    return state.finalize()


def expand(key, info, length):
    return HKDFExpand(hashes.SHA256(), length, info).derive(key)


def u32(number):
    return struct.pack(">I", number)


def lp(*parts):
    return b"".join(u32(len(part)) + part for part in parts)


def derive(root, kind, purpose):
    info = lp(kind.encode(), purpose.encode())
    return HKDF(hashes.SHA256(), 32, b"doorward/v1 root", info).derive(root)


def context_of(place):
    tenant, table, record, field, version = place
    return b"doorward/context/v1" + lp(
        tenant.encode(), table.encode(), record, field.encode(), u32(version)
    )


def seal_v1(key_id, key, nonce, place, plaintext):
    context = context_of(place)
    derived = expand(key, b"doorward/fields/v1" + u32(key_id) + nonce + context, 64)
    header = b"\x01" + u32(key_id) + nonce + derived[32:]
    return context, header + xchacha20_poly1305(derived[:32], nonce, plaintext, header + context)


def derive_v2(key_id, key, nonce, context):
    head = b"\x02" + u32(key_id) + nonce
    subkey = mac_of(key, head + context)
    commitment = hashlib.sha256(b"doorward/commitment/v2" + subkey).digest()
    return subkey, head + commitment


def seal_v2(key_id, key, nonce, place, plaintext):
    context = context_of(place)
    subkey, header = derive_v2(key_id, key, nonce, context)
    return context, header + xchacha20_poly1305(subkey, nonce, plaintext, b"")


def blind_index(key_id, key, place, value):
    info = b"doorward/index/v1" + lp(*(part.encode() for part in place))
    return u32(key_id) + mac_of(expand(key, info, 32), value)


def tag(key, domain, parts):
    return mac_of(key, lp(domain.encode(), *parts))


def show(kind, **values):
    """One vector: `[kind]`, then `name = hex` lines. Numbers are u32 big endian, texts UTF-8."""
    print(f"\n[{kind}]")
    for name, value in values.items():
        if isinstance(value, str):
            value = value.encode()
        if isinstance(value, int):
            value = u32(value)
        print(f"{name} = {value.hex()}".rstrip())


def place_of(place):
    return dict(zip(("tenant", "table", "record", "field", "version"), place))


# Where two keys meet: an "invisible salamander" of the bare cipher (Dodis, Grubbs, Ristenpart and
# Woodage, CRYPTO 2018; Len, Grubbs and Ristenpart, USENIX Security 2021).

P = 2**130 - 5


def poly1305_key(key, nonce):
    """r and s: the first block of the key stream."""
    stream = Cipher(ChaCha20(hchacha20(key, nonce[:16]), bytes(8) + nonce[16:]), None).encryptor()
    block = stream.update(bytes(32))
    r = int.from_bytes(block[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    return r, int.from_bytes(block[16:], "little")


def salamander(keys, nonce):
    """Two blocks of ciphertext and a tag that the cipher accepts under both keys, without associated
    data: tag = c1 r^3 + c2 r^2 + lengths r + s under each is two equations in c1 and c2."""
    (r, s), (q, t) = (poly1305_key(key, nonce) for key in keys)
    lengths = 2**128 + (32 << 64)
    for tag in range(10**4):
        one = (tag - s) % 2**128 - lengths * r
        two = (tag - t) % 2**128 - lengths * q
        # c1 r^3 + c2 r^2 = one, c1 q^3 + c2 q^2 = two
        det = pow((r**3 * q**2 - r**2 * q**3) % P, -1, P)
        c1 = (one * q**2 - two * r**2) * det % P - 2**128
        c2 = (two * r**3 - one * q**3) * det % P - 2**128
        if 0 <= c1 < 2**128 and 0 <= c2 < 2**128:
            text = c1.to_bytes(16, "little") + c2.to_bytes(16, "little")
            return text + tag.to_bytes(16, "little")
    raise AssertionError("none was found")


def show_salamander(place):
    keys, nonce, key_id = (b"\x11" * 32, b"\x22" * 32), bytes(range(24)), 1
    derived = [derive_v2(key_id, key, nonce, context_of(place)) for key in keys]
    show(
        "salamander", key_id=key_id, key_0=keys[0], key_1=keys[1], nonce=nonce, **place_of(place),
        subkey_0=derived[0][0], subkey_1=derived[1][0], header_0=derived[0][1],
        header_1=derived[1][1], sealed=salamander([subkey for subkey, _ in derived], nonce),
    )


def main():
    check_against_the_draft()
    version = int(sys.argv[1])
    seal = {1: seal_v1, 2: seal_v2}[version]
    print("# Made by make.py. Every value is hexadecimal: numbers u32 big endian, texts UTF-8.")

    root, root_id = bytes(range(0xA0, 0xC0)), 0x01020304
    long = bytes(i * 7 % 256 for i in range(300))
    email = ("acme", "users", b"u-17", "email", 1)
    places = (
        (email, b"alice@example.com"),
        (email, b""),
        (email, long),
        (("", "", b"", "", 0), b"\0"),
        (("a\0b", "b\u00fccher", bytes(range(256)), "\u540d\u524d", 0xFFFFFFFF), b"x" * 64),
    )
    for number, (place, plaintext) in enumerate(places):
        key_id = (1, 0, 0xFFFFFFFF, 7, 0x80000000)[number]
        key = bytes((number * 31 + i * 5) % 256 for i in range(32))
        nonce = bytes((number * 17 + i * 11) % 256 for i in range(24))
        context, envelope = seal(key_id, key, nonce, place, plaintext)
        show(
            "envelope", key_id=key_id, key=key, nonce=nonce, **place_of(place),
            plaintext=plaintext, context=context, envelope=envelope,
        )

    for purpose in ("users", ""):
        nonce = bytes(range(24))
        key = derive(root, "field", purpose)
        _, envelope = seal(root_id, key, nonce, email, b"alice@example.com")
        show(
            "derived_envelope", root_id=root_id, root=root, purpose=purpose, nonce=nonce,
            **place_of(email), plaintext=b"alice@example.com", envelope=envelope,
        )

    if version == 2:
        show_salamander(email)
        return

    for purpose, place, value in (
        ("users", ("acme", "users", "email"), b"alice@example.com"),
        ("users", ("", "", ""), b""),
        ("", ("a\0b", "b\u00fccher", "\u540d\u524d"), long),
    ):
        tenant, table, field = place
        show(
            "blind_index", root_id=root_id, root=root, purpose=purpose, tenant=tenant,
            table=table, field=field, value=value,
            index=blind_index(root_id, derive(root, "index", purpose), place, value),
        )

    for purpose, domain, parts in (
        ("devices", "device/v1", (b"u-17", b"", b"\0\1\2", b"d", long)),
        ("", "", (b"", b"", b"", b"", b"")),
    ):
        numbered = {f"part_{number}": part for number, part in enumerate(parts)}
        show(
            "tag", root_id=root_id, root=root, purpose=purpose, domain=domain, **numbered,
            tag=tag(derive(root, "mac", purpose), domain, parts),
        )


if __name__ == "__main__":
    main()
