#!/bin/sh
# Prints the path of the kubectl that tests and benchmarks compare with: one built from the pinned
# module where Go is at hand, else the one on PATH. Prints nothing where there is neither.
set -eu
cd "$(dirname "$0")/.."
version=$(sed -n 's#.*k8s.io/kubernetes v\([0-9.]*\).*#\1#p' tools/cluster/k8s/go.mod | head -n 1)
built=$PWD/.tools/bin/kubectl-$version

if [ -n "${R2K8S_TEST_KUBECTL:-}" ]; then echo "$R2K8S_TEST_KUBECTL"; exit 0; fi
if [ -x "$built" ]; then echo "$built"; exit 0; fi

if sh tools/go.sh kubectl; then
  echo "kubectl: building $version from its Go module (once, a minute or two)" >&2
  mkdir -p .tools/bin
  if sh tools/cluster/build-kubernetes.sh kubectl "$built.new" >&2; then
    mv "$built.new" "$built"
    echo "$built"
    exit 0
  fi
  echo 'kubectl: the build failed' >&2
fi
command -v kubectl || true
