#!/usr/bin/env bash
# Gradescope runs this once, while it builds the image: it installs Python and the grader, and
# releases the course. AUTOGRADER stands in for /autograder where this is tried.
set -euo pipefail
root="${AUTOGRADER:-/autograder}"
export DEBIAN_FRONTEND=noninteractive

new_enough() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'; }

python=""
for each in python3.13 python3.12 python3.11 python3; do
    if new_enough "$each" 2>/dev/null; then python="$each" && break; fi
done
if [ -z "$python" ]; then
    apt-get update
    # Ubuntu 24.04 and later; else Ubuntu 22.04.
    apt-get install --yes python3 python3-venv
    python=python3
    if ! new_enough "$python"; then
        apt-get install --yes python3.11 python3.11-venv
        python=python3.11
    fi
fi

# Not below /root: a student's code runs as another user, who has to read Python.
"$python" -m venv "$root/venv"
"$root/venv/bin/pip" install --quiet --require-hashes -r "$root/source/requirements.lock"
"$root/venv/bin/pip" install --quiet --no-deps --no-build-isolation -e "$root/source"

cd "$root/source"
"$root/venv/bin/autograder" release
# Only for whoever reads the log: where the image is built, other walls may hold than where it runs.
"$root/venv/bin/autograder" doctor || true
