# What the steps share; each sources it. Not a program.
# shellcheck shell=bash
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}

# Clean checkouts are built once: what would make a second time faster makes the first slower.
export CARGO_INCREMENTAL=${CARGO_INCREMENTAL:-0}

# Nobody profiles here what is optimised, and it builds sooner without.
export CARGO_PROFILE_RELEASE_DEBUG=${CARGO_PROFILE_RELEASE_DEBUG:-false}

# The exit status of a step that this machine cannot run.
readonly SKIPPED=77

# Shows a command, then runs it.
run() {
    printf '+ %s\n' "$*"
    "$@"
}

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

skip() {
    printf 'skipped: %s\n' "$*"
    exit "$SKIPPED"
}

# Where cargo puts what it builds.
target_directory() {
    cargo metadata --format-version=1 --no-deps --locked |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])'
}

# Makes a cargo subcommand available: in .ci/tools, unless it is installed in this version.
tool() {
    local -r name=$1 version=${VERSIONS[$1]}
    export PATH=$PWD/.ci/tools/bin:$PATH
    if [[ $("$name" --version 2>/dev/null) != "$name $version"* ]]; then
        # What the tools do takes them a second or two; optimising them takes minutes.
        CARGO_PROFILE_DEV_DEBUG=false run cargo install --quiet --locked --debug --root .ci/tools "$name@$version"
    fi
}

declare -rA VERSIONS=([cargo-deny]=0.20.2 [cargo-fuzz]=0.13.2)
