"""Checks the imports between crates against the map in crates/README.md."""

import json
import subprocess
import sys
from pathlib import Path

# Who may import whom. Also in tests: a test that needs a sibling belongs a floor higher.
MAP = {
    "doorward-aws": set(),
    "doorward-dynamodb": {"doorward-aws", "doorward-store"},
    "doorward-fields": set(),
    "doorward-hash": set(),
    "doorward-http": {"doorward"},
    "doorward-kms": {"doorward-aws", "doorward-fields"},
    "doorward-session": set(),
    "doorward-store": set(),
    "doorward-throttle": set(),
    "doorward": {
        "doorward-dynamodb",
        "doorward-fields",
        "doorward-hash",
        "doorward-kms",
        "doorward-session",
        "doorward-store",
        "doorward-throttle",
    },
}
# Programs, not libraries: they may import anything, and nothing imports them.
TOP = {"doorward-benches", "doorward-examples", "doorward-login-server"}
# But what the examples have in common with the largest of them.
SHARED = {("doorward-login-server", "doorward-examples")}
PURE = {"doorward-fields", "doorward-hash", "doorward-session", "doorward-throttle"}
# An async runtime, its interfaces, or a network. Nothing pure is built with one.
IMPURE = ("async-", "futures", "hyper", "mio", "reqwest", "smol", "socket2", "tokio", "tower")
# There, reading the clock takes a binding to JavaScript, which comes with futures.
BROWSER = "wasm32"
# Macros, of which nothing is left at run time.
MACROS = {"async-trait"}


def problems(metadata: dict) -> list[str]:
    members = set(metadata["workspace_members"])
    packages = {p["id"]: p for p in metadata["packages"]}
    crates = [packages[member] for member in sorted(members)]
    names = {crate["name"] for crate in crates}
    found = [f"{name} is not on the map of .ci/architecture.py" for name in names - MAP.keys() - TOP]
    for crate in crates:
        name = crate["name"]
        allowed = names - TOP if name in TOP else MAP.get(name, set())
        own = {d["name"] for d in crate["dependencies"] if d["name"] in names}
        forbidden = {other for other in own - allowed if (name, other) not in SHARED}
        found += [f"{name} must not import {other}" for other in forbidden]
        if name in PURE:
            built = normal_tree(metadata, crate["id"])
            built_names = {packages[i]["name"] for i in built} - MACROS
            impure = sorted(name for name in built_names if name.startswith(IMPURE))
            found += [f"{name} is pure, but is built with {other}" for other in impure]
        found += [
            f"{target['src_path']} does not say #![forbid(unsafe_code)]"
            for target in crate["targets"]
            if name not in TOP and "lib" in target["kind"]
            if "\n#![forbid(unsafe_code)]\n" not in Path(target["src_path"]).read_text()
        ]
    return sorted(found)


def normal_tree(metadata: dict, root: str) -> set[str]:
    """The ids of the packages that `root` is built with: neither for tests nor by build scripts."""
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    seen, left = set(), [root]
    while left:
        at = left.pop()
        if at not in seen:
            seen.add(at)
            left += [
                dep["pkg"]
                for dep in nodes[at]["deps"]
                if any(
                    kind["kind"] is None and BROWSER not in str(kind["target"])
                    for kind in dep["dep_kinds"]
                )
            ]
    return seen


def main() -> int:
    command = ["cargo", "metadata", "--format-version=1", "--locked", "--all-features"]
    found = problems(json.loads(subprocess.check_output(command)))
    for problem in found:
        print(f"error: {problem}", file=sys.stderr)
    print(f"{len(MAP)} crates on the map, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
