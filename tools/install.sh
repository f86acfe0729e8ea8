#!/bin/sh
# Brings what `make` needs: a Node and npm to start with, then the locked packages, Node 24 among them.
set -eu
cd "$(dirname "$0")/.."

# The Node of an earlier install goes away while this one runs.
PATH=$(printf '%s' "$PATH" | sed 's#[^:]*node_modules/\.bin:##g')

say() { echo "install: $*" >&2; }

if ! command -v npm >/dev/null 2>&1; then
  sh tools/packages.sh install 'Install Node.js 20 or later with npm, then run make again.' nodejs npm
fi

quiet='--loglevel=error --no-audit --no-fund'
wanted=$(sed -n 's/^ *"node": "\([0-9][0-9.]*\)".*/\1/p' package.json | head -n 1)

# npm leaves out optional packages that do not fit the Node it runs on, and native parts of the
# tools are such packages. So it runs on the wanted Node from the start.
node=$(command -v node)
case $(node --version) in
  v24.*) ;;
  *)
    say "fetching Node $wanted, this machine has $(node --version)"
    mkdir -p .tools/bootstrap
    echo '{ "private": true }' > .tools/bootstrap/package.json
    # shellcheck disable=SC2086
    npm install --prefix .tools/bootstrap --no-save --no-package-lock --ignore-scripts $quiet "node@$wanted" >/dev/null
    npm rebuild --prefix .tools/bootstrap --loglevel=error node >/dev/null
    node=$PWD/.tools/bootstrap/node_modules/node/bin/node
    ;;
esac
npm_program=$(readlink -f "$(command -v npm)")

# npm is a script for Node nearly everywhere; a version manager may put a program of its own there.
# What the machine trusts is trusted (a distribution's own Node does so anyway). An npm that is older than
# its Node has nothing to say of that to its user.
run_npm() {
  export NODE_USE_SYSTEM_CA=1 NODE_NO_WARNINGS=1
  case $npm_program in
    *.js) "$node" "$npm_program" "$@" ;;
    *) PATH=$(dirname "$node"):$PATH npm "$@" ;;
  esac
}

say 'fetching the locked packages'
# shellcheck disable=SC2086
run_npm ci --ignore-scripts $quiet >/dev/null
run_npm rebuild --loglevel=error node >/dev/null

rm -rf .tools/bootstrap

version=$(node_modules/.bin/node --version)
case $version in
  v24.*) say "Node $version" ;;
  *) say "node_modules/.bin/node is $version, not Node 24"; exit 1 ;;
esac
