#!/bin/sh
# Prints the path of a server that tests run against, when it is built: `registry` (an OCI registry), `s3`
# (an S3 gateway over a folder) or `cert-manager` (its controllers). `--build` builds it from its pinned
# module, once. Prints nothing where there is neither a server nor Go.
set -eu
cd "$(dirname "$0")/.."
server=${1:-} build=${2:-}
case $server in
  registry) module=github.com/distribution/distribution/v3 command=$module/cmd/registry given=${R2K8S_TEST_REGISTRY:-} ;;
  s3) module=github.com/versity/versitygw command=$module/cmd/versitygw given=${R2K8S_TEST_S3_SERVER:-} ;;
  cert-manager) module=github.com/cert-manager/cert-manager command=. given=${R2K8S_TEST_CERT_MANAGER:-} ;;
  *) echo 'usage: tools/test-server.sh registry|s3|cert-manager [--build]' >&2; exit 2 ;;
esac
version=$(sed -n "s#.*$module v\([0-9][^ ]*\).*#\1#p" "tools/test-servers/$server/go.mod" | head -n 1)
built=$PWD/.tools/bin/$server-$version

if [ -n "$given" ]; then echo "$given"; exit 0; fi
if [ -x "$built" ]; then echo "$built"; exit 0; fi
if [ "$build" != --build ]; then exit 0; fi

if sh tools/go.sh "$server"; then
  echo "$server: building $module $version (once, a minute or two)" >&2
  mkdir -p .tools/bin
  # The number keeps two runs at once from writing into one file.
  if (cd "tools/test-servers/$server" && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' \
      -o "$built.$$.new" "$command") >&2; then
    mv "$built.$$.new" "$built"
    echo "$built"
    exit 0
  fi
  rm -f "$built.$$.new"
  echo "$server: the build failed" >&2
fi
