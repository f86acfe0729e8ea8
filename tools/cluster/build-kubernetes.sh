#!/bin/sh
# Builds one command of Kubernetes from its pinned module: tools/cluster/build-kubernetes.sh NAME FILE.
# Without its version stamped into it, it would take itself for v0.0.0, and gates of features with it.
set -eu
file=$2
cd "$(dirname "$0")/k8s"
version=$(sed -n 's#.*k8s.io/kubernetes v\([0-9.]*\).*#\1#p' go.mod | head -n 1)
minor=$(echo "$version" | cut -d . -f 2)
stamp=
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  stamp="$stamp -X $package.gitVersion=v$version -X $package.gitMajor=1 -X $package.gitMinor=$minor"
done
CGO_ENABLED=0 go build -trimpath -ldflags "-s -w $stamp" -o "$file" "k8s.io/kubernetes/cmd/$1"
