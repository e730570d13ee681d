#!/bin/sh
# owllm @VERSION@ for @TARGET@: this script and, behind it, the runtime with the program.
# At its first start it unpacks them into a directory of the user's own; each start runs them with
# the grants that the command line can need, and no more.
version=@VERSION@ hash=@HASH@ skip=@SKIP@ sizes='@SIZES@' files='@FILES@'
set -fu
umask 077

fail() {
  printf 'owllm: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf '  %s\n' "$2" >&2
  exit "${3:-4}"
}

# True for a directory that is ours, no link, and closed to everybody else.
private() {
  [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ] || return 1
  case $(ls -ldn "$1") in drwx------*) return 0 ;; esac
  return 1
}

# True when every file of the program is there with its size.
whole() {
  [ -f "$1/complete" ] || return 1
  found=$(cd "$1" && wc -c $files 2>/dev/null) || return 1
  set -- $found
  [ "$*" = "$sizes" ]
}

sum() {
  if command -v sha256sum >/dev/null; then sha256sum
  elif command -v shasum >/dev/null; then shasum -a 256
  else fail 'Neither sha256sum nor shasum is there to check this file' 'Install coreutils' 3
  fi
}

unpack() {
  fresh=$(mktemp -d "$base/.new.XXXXXX") || fail "Cannot write to \"$base\"" 'Set XDG_CACHE_HOME to a directory that you may write to'
  trap 'rm -rf "$fresh"' EXIT
  trap 'exit 130' INT TERM HUP
  tail -c "+$skip" "$self" >"$fresh/payload" || fail "Cannot unpack into \"$fresh\"" 'Is the disk full?' 1
  set -- $(sum <"$fresh/payload")
  [ "${1-}" = "$hash" ] || fail "\"$self\" is damaged: its content has another checksum than it must have" 'Get the file again' 1
  mkdir "$fresh/program" && tar -xzf "$fresh/payload" -C "$fresh/program" || fail "Cannot unpack into \"$fresh\"" 'Is the disk full?' 1
  : >"$fresh/program/complete"
  # A damaged program makes way; of two that start at once one wins, and both programs are the same.
  if [ -e "$home_dir" ] && ! whole "$home_dir"; then mv "$home_dir" "$fresh/damaged"; fi
  mv "$fresh/program" "$home_dir" 2>/dev/null || :
  rm -rf "$home_dir/program" "$fresh"
  trap - EXIT INT TERM HUP
  whole "$home_dir" || fail "Cannot unpack into \"$home_dir\"" "Remove it: rm -rf $home_dir" 1
  # Old versions go away once nobody has used them for a month.
  find "$base" -mindepth 1 -maxdepth 1 -type d ! -name "$version-*" -mtime +30 -exec rm -rf {} + 2>/dev/null || :
}

case $0 in
  */*) self=$0 ;;
  *) self=$(command -v "$0") ;;
esac

# Where the program lives: the cache of the user, or a place of the machine's where that is read-only.
id=$version-$(printf %.16s "$hash")
for base in "${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/owllm" "${XDG_RUNTIME_DIR:-/nonexistent}/owllm" "${TMPDIR:-/tmp}/owllm-${UID:-$(id -u)}"; do
  home_dir=$base/$id
  if [ -d "$base" ] || mkdir -p "$base" 2>/dev/null; then
    private "$base" || fail "\"$base\" is not a private directory of yours (it must be yours, mode 0700, and no link)" "Remove it or set XDG_CACHE_HOME: rm -rf $base"
    { [ -w "$base" ] || [ -d "$home_dir" ]; } && break
  fi
  base=
done
[ -n "$base" ] || fail 'There is no directory to unpack into' 'Set XDG_CACHE_HOME to a directory that you may write to'
whole "$home_dir" || unpack

# The grants. Deno separates paths by commas and takes a doubled comma for a comma.
quoted() {
  case $1 in
    *,*) printf %s "$1" | sed 's/,/,,/g' ;;
    *) printf %s "$1" ;;
  esac
}
absolute() {
  case $1 in
    /*) quoted "$1" ;;
    *) quoted "$PWD/$1" ;;
  esac
}
home=${HOME:-/nonexistent}
state=${OWLLM_STATE_DIR:-${XDG_STATE_HOME:-$home/.local/state}/owllm}
data=${XDG_DATA_HOME:-$home/.local/share}/owllm
config=${XDG_CONFIG_HOME:-$home/.config}/owllm
write=$(absolute "$state"),$(quoted "$data")
read=$(quoted "$home_dir"),$(quoted "$config"),$(quoted "$PWD"),$(quoted "${OLLAMA_MODELS:-$home/.ollama/models}")
up=$PWD
while [ -n "$up" ]; do
  up=${up%/*}
  read=$read,$(quoted "$up/owllm.toml"),$(quoted "$up/models.toml")
done
old_ifs=$IFS
IFS=:
for part in ${PATH:-}; do
  case $part in /*) read=$read,$(quoted "$part") ;; esac
done
IFS=$old_ifs
before=
backup=
for word; do
  case $before in
    --state | --junit | --html) write=$write,$(absolute "$word") ;;
    --config | --gguf) read=$read,$(absolute "$word") ;;
  esac
  case $word in
    --state=* | --junit=* | --html=*) write=$write,$(absolute "${word#*=}") ;;
    --config=* | --gguf=*) read=$read,$(absolute "${word#*=}") ;;
    backup) backup=yes ;;
    -*) ;;
    *)
      if [ -n "$backup" ]; then write=$write,$(absolute "$word")
      elif [ -f "$word" ]; then read=$read,$(absolute "$word")
      fi
      ;;
  esac
  before=$word
done
net=127.0.0.1,localhost,[::1]
case ${OWLLM_ALLOW_NET:-} in
  '') ;;
  *[!A-Za-z0-9.:,_-]*) fail "OWLLM_ALLOW_NET=\"$OWLLM_ALLOW_NET\" is no list of hosts" 'Give it as host:port,host:port' 2 ;;
  *) net=$net,$OWLLM_ALLOW_NET ;;
esac

DENO_DIR=$home_dir/runtime DENO_NO_UPDATE_CHECK=1 exec "$home_dir/deno" run --quiet --no-prompt --no-config --no-lock \
  --no-remote --no-npm --unstable-worker-options "--allow-net=$net" "--allow-read=$read,$write" \
  "--allow-write=$write" '--allow-env=@ENV@' '--allow-run=@RUN@' '--allow-sys=@SYS@' "$home_dir/main.js" "$@"
