#!/usr/bin/env python3
"""Makes index_v1.txt: indexes of normal forms of text, and truncated ones, as docs/keys.md has them,
by an implementation that shares no code with the crate.

    pip install cryptography
    python3 make_index.py > index_v1.txt

HKDF and HMAC are those of make.py; the normal forms are those of Python's `unicodedata`.
"""

import unicodedata

from make import derive, expand, lp, mac_of, show, u32

# For which a form of text stands in the derivation.
CASELESS, DIGITS, TRIMMED = "caseless/1", "digits/1", "trimmed/1"


def caseless(text):
    """Letter by letter: Python's lower() of a whole word treats the last sigma apart."""
    while True:
        upper = "".join(letter.upper() for letter in unicodedata.normalize("NFKC", text))
        lower = "".join(letter.lower() for letter in upper)
        folded = unicodedata.normalize("NFKC", lower).strip()
        if folded == text:
            return text
        text = folded


def normal(form, text):
    if form == CASELESS:
        return caseless(text)
    if form == DIGITS:
        wide = unicodedata.normalize("NFKC", text)
        return "".join(c for c in wide if unicodedata.category(c).startswith("N"))
    return unicodedata.normalize("NFC", text.strip())


def value_of(form, given):
    return normal(form, given.decode()).encode() if form else given


def info_of(place, form):
    return lp(*(part.encode() for part in place + ((form,) if form else ())))


def blind_index(key, place, form, given):
    subkey = expand(key, b"doorward/index/v1" + info_of(place, form), 32)
    return mac_of(subkey, value_of(form, given))


def truncated_index(key, place, bits, form, given):
    info = b"doorward/index-bits/v1" + bytes([bits]) + info_of(place, form)
    digest = mac_of(expand(key, info, 32), value_of(form, given))
    return int.from_bytes(digest, "big") >> (256 - bits)


def main():
    print("# Made by make_index.py. Every value is hexadecimal: numbers u32 big endian, texts UTF-8.")
    root, root_id = bytes(range(0xA0, 0xC0)), 0x01020304
    email, phone = ("acme", "users", "email"), ("", "b\u00fccher", "\u540d\u524d")
    given = (
        (email, CASELESS, " Alice@Example.COM\n".encode()),
        (email, CASELESS, "\uff21\uff2c\uff29\uff23\uff25@stra\u00dfe.example".encode()),
        (email, CASELESS, "\u039f\u0394\u039f\u03a3 JOSE\u0301 \u1d2e\u1d35\u1d33".encode()),
        (phone, DIGITS, "+49 (30) 90-18-20 \uff11\uff12 \u0661\u0662".encode()),
        (phone, DIGITS, b"none"),
        (email, TRIMMED, "\tJose\u0301 \ufb01 ".encode()),
    )
    for purpose, (place, form, text) in zip(("users", "users", "", "a", "a", "users"), given):
        key = derive(root, "index", purpose)
        show(
            "text_index", root_id=root_id, root=root, purpose=purpose, tenant=place[0],
            table=place[1], field=place[2], form=form, text=text, normal=value_of(form, text),
            index=u32(root_id) + blind_index(key, place, form, text),
        )

    exact = ((email, "", b"alice@example.com"), (("", "", ""), "", b""), (phone, "", b"\xff\0"))
    bits = (1, 8, 32, 12, 13, 15, 16, 31, 32)
    for number, (bits, (place, form, value)) in enumerate(zip(bits, exact + given)):
        purpose = ("users", "", "a")[number % 3]
        index = truncated_index(derive(root, "index", purpose), place, bits, form, value)
        show(
            "truncated_index", root_id=root_id, root=root, purpose=purpose, tenant=place[0],
            table=place[1], field=place[2], bits=bits, form=form, value=value,
            index=u32(root_id) + bytes([bits]) + u32(index),
        )


if __name__ == "__main__":
    main()
