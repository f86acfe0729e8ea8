#!/bin/sh
# Prints a static busybox for Linux: what the demo's and the tests' little root filesystem is made of.
#   BUSYBOX   names one
set -eu
cd "$(dirname "$0")/.."
# Where programs of Linux do not run, there is no ldd either, and an ELF file is one that was put there.
is_static() { [ -f "$1" ] && [ "$(head -c 4 "$1" | tail -c 3)" = ELF ] && ! ldd "$1" >/dev/null 2>&1; }

for found in "${BUSYBOX:-}" /usr/bin/busybox /bin/busybox "$PWD/.tools/busybox"; do
  if is_static "$found"; then echo "$found"; exit 0; fi
done
for engine in docker podman; do
  "$engine" info >/dev/null 2>&1 || continue
  mkdir -p .tools
  container=$("$engine" create docker.io/library/busybox:stable-musl)
  "$engine" cp "$container:/bin/busybox" .tools/busybox >&2
  "$engine" rm "$container" >/dev/null
  echo "$PWD/.tools/busybox"
  exit 0
done
sh tools/packages.sh busybox 'Install it, start Docker or Podman, or name a static one with BUSYBOX.' busybox-static
echo /usr/bin/busybox
