#!/bin/sh
# Install mentormatch for this account, from the wheels beside this script alone, and write its launcher.
# Nothing is fetched, and no other rights are needed. Linux and macOS.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

case $(uname -s) in
Darwin) home="$HOME/Library/Application Support/mentormatch" ;;
*) home="${XDG_DATA_HOME:-$HOME/.local/share}/mentormatch" ;;
esac
app="$home/app"

# A Python for which there are wheels here: one that really runs and can make an environment.
find_python() {
    for version in @PYTHONS@; do
        for candidate in "python$version" python3 "/usr/local/bin/python$version" \
            "/Library/Frameworks/Python.framework/Versions/$version/bin/python$version"; do
            if "$candidate" -I -c "
import ensurepip, sys, venv
sys.exit('%d.%d' % sys.version_info[:2] != '$version')" >/dev/null 2>&1; then
                echo "$candidate"
                return
            fi
        done
    done
}

python=$(find_python)
if [ -z "$python" ]; then
    echo "Il faut Python (@PYTHONS@) avec venv ; installez-le, puis recommencez." >&2
    echo "Python (@PYTHONS@) with venv is needed; install it, then try again." >&2
    exit 1
fi

echo "Installation dans $app…"
mkdir -p "$home"
"$python" -m venv --clear "$app"
"$app/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --find-links "$here/wheels" \
    --only-binary :all: --require-hashes --requirement "$here/requirements.txt"
"$app/bin/mentormatch" install-launcher
echo "C'est prêt. / It is ready."
