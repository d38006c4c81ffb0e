#!/usr/bin/env python3
"""Makes values.txt, the plaintexts of docs/values.md, with a CBOR that shares no code with the crate.

    pip install cbor2==6.3.0
    python3 values.py > values.txt
"""

import cbor2

VALUES = {
    "null": None,
    "booleans": [False, True],
    "small": [0, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**64 - 1],
    "negative": [-1, -24, -25, -256, -257, -65536, -65537, -(2**32), -(2**32) - 1, -(2**63)],
    "wide": [2**64, 2**128 - 1],
    "wide negative": [-(2**64) - 1, -(2**127)],
    "floats": [0.0, -0.0, 1.1, 1.0e300, 5.0e-324],
    "text": ["", "a", "IETF", "\u00fc", "\u6c34", "x" * 24, "x" * 256],
    "list of lists": [[], [[]], [[1], [2, 3]]],
    "map": {1: "a", 2: "b"},
    "struct": {"name": "Ada", "born": 1815, "note": None, "unit": []},
    "variants": ["Unit", {"Newtype": "x"}, {"Tuple": [1, -2]}, {"Struct": {"a": [1], "b": None}}],
}

if __name__ == "__main__":
    for name, value in VALUES.items():
        print(f"{name}: {cbor2.dumps(value).hex()}")
