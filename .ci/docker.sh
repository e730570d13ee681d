#!/usr/bin/env bash
# Starts a real Docker daemon of our own and makes the sandbox's image with `owllm sandbox build`.
# Argument: a directory for all that it needs. The socket is DIRECTORY/docker.sock, the daemon's pid
# is in DIRECTORY/pid; DIRECTORY/containers.conf and storage.conf make podman work beside it. No bridge and no packet filter: a sandbox has no network.
set -euo pipefail
dir=$1
mkdir -p "$dir"
# What the image holds besides the recipe's packages that every Debian has.
packages=(docker.io iptables podman runc catatonit git python3 python3-pytest patch procps jq less make file ripgrep tree util-linux)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq
  # The package would start a daemon of its own.
  printf '#!/bin/sh\nexit 101\n' >"$dir/policy-rc.d"
  chmod +x "$dir/policy-rc.d"
  [ -e /usr/sbin/policy-rc.d ] || { ln -s "$dir/policy-rc.d" /usr/sbin/policy-rc.d; linked=1; }
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  [ -z "${linked:-}" ] || rm /usr/sbin/policy-rc.d
fi
# What works on a machine without systemd.
cat >"$dir/containers.conf" <<END
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=8192:8192"]
END
cat >"$dir/storage.conf" <<END
[storage]
driver = "overlay"
graphroot = "$dir/podman"
runroot = "$dir/podman-run"
END
rm -f "$dir/pid"
setsid dockerd --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$dir/pid" \
  -H "unix://$dir/docker.sock" --bridge=none --iptables=false --ip6tables=false --ip-masq=false \
  >"$dir/dockerd.log" 2>&1 &
for _ in $(seq 1 120); do
  docker -H "unix://$dir/docker.sock" version >/dev/null 2>&1 && break
  sleep 0.5
done
if ! docker -H "unix://$dir/docker.sock" version >/dev/null 2>&1; then
  tail -n 30 "$dir/dockerd.log" >&2
  echo "dockerd does not answer" >&2
  exit 1
fi
# The tests look for an image of this name.
install -d -m 700 "$dir/state" "$dir/state/sandbox"
printf tests >"$dir/state/sandbox/place"
OWLLM_SANDBOX_DOCKER_HOST="unix://$dir/docker.sock" \
  npx -y deno@2.9.6 task owllm sandbox build --state "$dir/state"
