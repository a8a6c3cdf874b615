#!/bin/sh
# Judge chat/connection.py by the Autobahn test suite: cases 1-7 and 10, read strictly.
#
# The suite needs Python 2.7, which has been dead for years; where there is none, this
# says so and exits with 3. Its virtualenv is kept under ${TMPDIR:-/tmp} for next time.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
python=${PYTHON:-$root/.venv/bin/python}
cache=${TMPDIR:-/tmp}/porchlight-autobahn-$(id -u)
suite=autobahntestsuite==25.10.1

python27() {
    if python2.7 -c '' 2>/dev/null; then
        echo python2.7
    elif command -v pyenv >/dev/null; then
        found=$(pyenv versions --bare | grep '^2\.7' | tail -n 1)
        [ -z "$found" ] || echo "$(pyenv prefix "$found")/bin/python2.7"
    fi
}

install() {
    old=$(python27)
    if [ -z "$old" ]; then
        echo "make conformance: the Autobahn suite needs Python 2.7; none is here." >&2
        exit 3
    fi
    rm -rf "$cache"
    mkdir -m 700 "$cache"
    "$old" -W ignore -m pip install -qq --target "$cache/tool" virtualenv==20.15.1
    PYTHONPATH=$cache/tool "$old" -m virtualenv -q "$cache/venv"
    "$cache/venv/bin/pip" install -qq "$suite"
    touch "$cache/ready"
}

[ -e "$cache/ready" ] || install
cd "$root"
exec "$python" -m tests.conformance.judge "$cache/venv/bin/wstest"
