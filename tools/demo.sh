#!/bin/sh
# What there is to see without a cluster: a manifest that names a formula, and what template makes of it.
set -eu
cd "$(dirname "$0")/../demo"
out=$(mktemp)
trap 'rm -f "$out"' EXIT

show() { printf '\n\033[1m$ %s\033[0m\n' "$*"; }
[ -t 1 ] || show() { printf '\n$ %s\n' "$*"; }

show kubectl r2k8s formula id example.formula
../bin/kubectl-r2k8s formula id example.formula

show kubectl r2k8s template thingy.yaml --source ca+https://wares.example.com/ --report
../bin/kubectl-r2k8s template thingy.yaml --source ca+https://wares.example.com/ --report >"$out"

show 'diff thingy.yaml (what template wrote)'
diff -U 3 thingy.yaml "$out" | tail -n +3 | cut -c 1-160 || true
