#!/bin/sh
# Builds the programs of the local cluster from their pinned Go modules, once, and prints the folder
# that holds them. Says what is missing, and on Debian as root installs it.
set -eu
cd "$(dirname "$0")/../.."
root=$PWD
version=$(sed -n 's#.*k8s.io/kubernetes v\([0-9.]*\).*#\1#p' tools/cluster/k8s/go.mod | head -n 1)
bin=$root/.tools/cluster/bin

say() { echo "cluster: $*" >&2; }

need() { # PROGRAM PACKAGE…
  program=$1; shift
  command -v "$program" >/dev/null 2>&1 && return 0
  missing="$missing $*"
}

# A stamp per module: what is built from the same sources is there already.
stamp_of() { cat "$1/go.mod" "$1/go.sum" tools/cluster/build.sh tools/cluster/build-kubernetes.sh tools/cluster/pause.c | sha256sum | cut -c 1-16; }
is_built() { [ -f "$bin/.$1-$(stamp_of "tools/cluster/$1")" ]; }
done_with() { rm -f "$bin/.$1-"*; touch "$bin/.$1-$(stamp_of "tools/cluster/$1")"; }

missing=
need iptables iptables
need conntrack conntrack
need ip iproute2
need nsenter util-linux
need mount mount
need openssl openssl
if ! { is_built k8s && is_built etcd && is_built runtime; }; then
  sh tools/go.sh cluster
  need gcc gcc libc6-dev
  need pkg-config pkg-config
  pkg-config --exists libseccomp 2>/dev/null || missing="$missing libseccomp-dev"
fi
# shellcheck disable=SC2086
sh tools/packages.sh cluster 'Install these packages, then run it again.' $missing

build() { # NAME COMMAND…
  name=$1; shift
  start=$(date +%s)
  "$@" >"$bin/.log-$name" 2>&1 || {
    cat "$bin/.log-$name" >&2
    say "$name: the build failed"
    exit 1
  }
  mv "$bin/.new-$name" "$bin/$name"
  rm -f "$bin/.log-$name"
  say "built $name in $(($(date +%s) - start)) s"
}

build_go() { # MODULE NAME PACKAGE FLAGS…
  module=$1 name=$2 package=$3; shift 3
  build "$name" go -C "tools/cluster/$module" build -trimpath -ldflags '-s -w' "$@" -o "$bin/.new-$name" "$package"
}

mkdir -p "$bin"
export CGO_ENABLED=0
if ! is_built k8s; then
  say "compiling Kubernetes $version from its Go module: about ten minutes on two cores, once"
  for name in kube-apiserver kubelet kube-controller-manager kube-scheduler kube-proxy kubectl; do
    build "$name" sh tools/cluster/build-kubernetes.sh "$name" "$bin/.new-$name"
  done
  done_with k8s
fi
if ! is_built etcd; then
  build_go etcd etcd go.etcd.io/etcd/server/v3
  done_with etcd
fi
if ! is_built runtime; then
  containerd=github.com/containerd/containerd/v2
  plugins=github.com/containernetworking/plugins/plugins
  for name in containerd containerd-shim-runc-v2 ctr; do
    build_go runtime "$name" "$containerd/cmd/$name"
  done
  for name in main/bridge main/loopback ipam/host-local meta/portmap; do
    build_go runtime "${name#*/}" "$plugins/$name"
  done
  # Without the tag every pod with a seccomp profile fails; it is for C.
  CGO_ENABLED=1 build_go runtime runc github.com/opencontainers/runc -tags seccomp
  gcc -static -Os -s -o "$bin/pause" tools/cluster/pause.c
  done_with runtime
fi
echo "$bin"
