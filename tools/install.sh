#!/bin/sh
# Brings what `make` needs: a Node and npm to start with, then the locked packages, Node 24 among them.
set -eu
cd "$(dirname "$0")/.."

say() { echo "install: $*" >&2; }

if ! command -v npm >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say 'no npm here: installing nodejs and npm from the distribution'
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null
  else
    say 'npm is missing. Install Node.js 20 or later with npm, then run make again.'
    exit 1
  fi
fi

say 'fetching the locked packages'
# The Node of this machine may be older than what the packages run on: Node 24 is one of them.
npm ci --ignore-scripts --loglevel=error --no-audit --no-fund
npm rebuild node --loglevel=error

version=$(node_modules/.bin/node --version)
case $version in
  v24.*) say "Node $version" ;;
  *) say "node_modules/.bin/node is $version, not Node 24"; exit 1 ;;
esac
