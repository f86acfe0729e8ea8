#!/bin/sh
# Brings packages of the machine: on Debian as root they are installed, elsewhere it says what is missing.
#   tools/packages.sh WHO ADVICE PACKAGE…
set -eu
who=$1 advice=$2
shift 2
[ $# -gt 0 ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "$who: installing $*" >&2
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
else
  echo "$who: missing: $*. $advice" >&2
  exit 1
fi
