#!/bin/sh
# Prints the path of the kubectl that tests and benchmarks compare with: one built from the pinned
# module where Go is at hand, else the one on PATH. Prints nothing where there is neither.
set -eu
cd "$(dirname "$0")/.."
version=$(sed -n 's#.*k8s.io/kubernetes v\([0-9.]*\).*#\1#p' tools/cluster/k8s/go.mod | head -n 1)
minor=$(echo "$version" | cut -d . -f 2)
built=$PWD/.tools/bin/kubectl-$version

if [ -n "${R2K8S_TEST_KUBECTL:-}" ]; then echo "$R2K8S_TEST_KUBECTL"; exit 0; fi
if [ -x "$built" ]; then echo "$built"; exit 0; fi

if command -v go >/dev/null 2>&1; then
  echo "kubectl: building $version from its Go module (once, a minute or two)" >&2
  stamp=
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    stamp="$stamp -X $package.gitVersion=v$version -X $package.gitMajor=1 -X $package.gitMinor=$minor"
  done
  mkdir -p .tools/bin
  if (cd tools/cluster/k8s && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w $stamp" \
      -o "$built.new" k8s.io/kubernetes/cmd/kubectl) >&2; then
    mv "$built.new" "$built"
    echo "$built"
    exit 0
  fi
  echo 'kubectl: the build failed' >&2
fi
command -v kubectl || true
