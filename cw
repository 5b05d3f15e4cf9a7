#!/bin/sh
# Commonweal's one script. `./cw demo`, `./cw test`; anything else runs `commonweal …`.
# Keeps everything it needs in .venv; a second run notices that nothing changed.
set -eu
cd "$(dirname "$0")"

say() { printf '%s\n' "cw: $*" >&2; }

find_python() {
    for name in "${PYTHON:-python3}" python3.13 python3.12 python3.11 python3; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    say "Python 3.11 or newer is needed and was not found. Install it, or name it: PYTHON=/path/to/python3 ./cw …"
    exit 2
}

# Whether the set of pinned packages is installed as it stands in requirements/ now.
installed() {
    [ -x .venv/bin/python ] && cmp -s "requirements/$1.txt" ".venv/.installed-$1" &&
        cmp -s pyproject.toml .venv/.pyproject
}

# A virtual environment with the pinned packages of requirements/$1.txt, remade when the pins change.
environment() {
    set_name=$1
    # What testing needs holds everything that running needs.
    if installed "$set_name" || installed dev; then return; fi
    python=$(find_python)
    if [ ! -x .venv/bin/python ]; then
        say "making a virtual environment with $python"
        "$python" -m venv .venv 2>/dev/null || {
            # Debian and Ubuntu split venv's pip off into python3-venv.
            rm -rf .venv
            "$python" -m venv --without-pip .venv &&
                "$python" -m pip --python .venv/bin/python install --quiet pip 2>/dev/null || {
                rm -rf .venv
                say "this Python cannot make a virtual environment. On Debian or Ubuntu: apt install python3-venv"
                exit 2
            }
        }
    fi
    say "installing pinned packages ($set_name); the first time takes a minute or two"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
        -r "requirements/$set_name.txt"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
        --no-build-isolation --editable .
    cp "requirements/$set_name.txt" ".venv/.installed-$set_name"
    cp pyproject.toml .venv/.pyproject
}

# Style sheets and scripts, built with Node: the machine's, or the one in a Python wheel.
assets() {
    if .venv/bin/python tools/build_assets.py --check; then return; fi
    if ! command -v npm >/dev/null 2>&1 && [ ! -f .venv/.installed-node ]; then
        say "fetching Node from a wheel, as this machine has none"
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
            -r requirements/node.txt
        cp requirements/node.txt .venv/.installed-node
    fi
    say "building style sheets and scripts"
    .venv/bin/python tools/build_assets.py
}

case ${1:-} in
test)
    shift
    environment dev
    assets
    exec .venv/bin/python tools/test.py "$@"
    ;;
demo)
    environment base
    assets
    exec .venv/bin/python -m commonweal "$@"
    ;;
*)
    environment base
    exec .venv/bin/python -m commonweal "$@"
    ;;
esac
