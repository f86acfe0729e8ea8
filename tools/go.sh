#!/bin/sh
# Whether a Go is here that can build what tests need: from 1.21 on it brings by itself the Go that a module
# asks for. On Debian as root it is installed, where Debian's own is new enough; elsewhere it says what is
# missing, and ends with 1.
#   tools/go.sh WHO
set -eu
cd "$(dirname "$0")/.."
who=$1

# The 26 of "go1.26.8", and of "2:1.26~1", as Debian writes it.
minor_of() { sed -n -e 's/^2://' -e 's/^go//' -e 's/^1\.\([0-9][0-9]*\).*/\1/p'; }
is_enough() { [ "${1:-0}" -ge 21 ]; }
here() { go env GOVERSION 2>/dev/null | minor_of; }
offered() { apt-cache policy golang-go 2>/dev/null | sed -n 's/^ *Candidate: //p' | minor_of; }

if is_enough "$(here)"; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  # A fresh machine knows of no package yet.
  [ -n "$(offered)" ] || apt-get update -qq >&2
  if is_enough "$(offered)"; then
    sh tools/packages.sh "$who" '' golang-go
    exit 0
  fi
fi
found=$(here)
echo "$who: ${found:+this machine has Go 1.$found; }missing: Go 1.26. Install it (https://go.dev/dl), then run it again." >&2
exit 1
