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
  chmod 700 "$fresh/program"
  : >"$fresh/program/complete"
  # A damaged program makes way; of two that start at once one wins, and both programs are the same.
  if [ -e "$home_dir" ] && ! whole "$home_dir"; then mv "$home_dir" "$fresh/damaged"; fi
  mv "$fresh/program" "$home_dir" 2>/dev/null || :
  rm -rf "$home_dir/program" "$fresh" 2>/dev/null
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

# The grants. Deno separates paths by commas and has no escape for one.
read=
write=
grant_read() {
  case $1 in
    *,*) fail "\"$1\" has a comma in it, and a grant cannot name such a path" 'Use another directory or file name' 2 ;;
    /*) read=$read${read:+,}$1 ;;
    *) grant_read "$PWD/$1" ;;
  esac
}
grant_write() {
  grant_read "$1"
  case $1 in
    /*) write=$write${write:+,}$1 ;;
    *) write=$write${write:+,}$PWD/$1 ;;
  esac
}
# SQLite keeps files of its own beside a database.
grant_database() {
  for end in '' -wal -shm -journal; do grant_write "$1$end"; done
}
home=${HOME:-/nonexistent}
grant_write "${OWLLM_STATE_DIR:-${XDG_STATE_HOME:-$home/.local/state}/owllm}"
grant_write "${XDG_DATA_HOME:-$home/.local/share}/owllm"
grant_read "${XDG_CONFIG_HOME:-$home/.config}/owllm"
grant_read "${OLLAMA_MODELS:-$home/.ollama/models}"
grant_read "$home_dir"
grant_read "$PWD"
up=$PWD
while [ -n "$up" ]; do
  up=${up%/*}
  grant_read "$up/owllm.toml"
  grant_read "$up/models.toml"
done
# Programs are looked for on the PATH.
old_ifs=$IFS
IFS=:
for part in ${PATH:-}; do
  case $part in
    *,*) ;;
    /*) grant_read "$part" ;;
  esac
done
IFS=$old_ifs
before=
backup=
for word; do
  # An image of the sandbox is made of this machine's packages.
  if [ "$before $word" = 'sandbox build' ]; then
    for part in /bin /etc /lib /lib32 /lib64 /libx32 /sbin /usr /var/lib/dpkg; do grant_read "$part"; done
  fi
  case $before in
    --state | --junit | --html) grant_write "$word" ;;
    --out) grant_write "$word"; grant_write "$word.part" ;;
    --trace-db) grant_database "$word" ;;
    --config | --gguf) grant_read "$word" ;;
  esac
  case $word in
    --state=* | --junit=* | --html=*) grant_write "${word#*=}" ;;
    --out=*) grant_write "${word#*=}"; grant_write "${word#*=}.part" ;;
    --trace-db=*) grant_database "${word#*=}" ;;
    --config=* | --gguf=*) grant_read "${word#*=}" ;;
    backup) backup=yes ;;
    -*) ;;
    *)
      if [ -n "$backup" ]; then grant_write "$word"
      elif [ -f "$word" ]; then grant_read "$word"
      fi
      ;;
  esac
  before=$word
done
net=127.0.0.1,localhost,[::1]
case ${OWLLM_ALLOW_NET:-} in
  '') ;;
  *[!]A-Za-z0-9.:,_[-]* | ,* | *, | *,,*) fail "OWLLM_ALLOW_NET=\"$OWLLM_ALLOW_NET\" is no list of hosts" 'Give it as host:port,host:port' 2 ;;
  *) net=$net,$OWLLM_ALLOW_NET ;;
esac

# The runtime's own ways past the grants: its telemetry goes to any host that the environment names,
# and a broker decides instead of the flags.
unset OTEL_DENO DENO_PERMISSION_BROKER_PATH DENO_V8_FLAGS NODE_OPTIONS
# A proxy of the environment must not get what goes to this machine.
NO_PROXY=127.0.0.1,localhost,::1${NO_PROXY:+,$NO_PROXY} \
  DENO_DIR=$home_dir/runtime DENO_NO_UPDATE_CHECK=1 exec "$home_dir/deno" run --quiet --no-prompt --no-config --no-lock \
  --no-remote --no-npm --unstable-worker-options "--allow-net=$net" "--allow-read=$read" \
  "--allow-write=$write" '--allow-env=@ENV@' '--allow-run=@RUN@' '--allow-sys=@SYS@' "$home_dir/main.js" "$@"
