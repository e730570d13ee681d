#!/usr/bin/env bash
# Installs Phoenix into a virtual environment in the cache, keyed by version, and prints its program.
set -euo pipefail
version=20.26.1
cache="${OWLLM_CI_CACHE:-$HOME/.cache/owllm-ci}"
venv="$cache/phoenix-$version"
# The marker comes last: an environment cannot be moved into place, and half a one must not be used.
if [ ! -f "$venv/installed" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv" >&2
  "$venv/bin/pip" install --quiet --no-cache-dir "arize-phoenix==$version" >&2
  touch "$venv/installed"
fi
echo "$venv/bin/phoenix"
