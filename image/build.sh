#!/bin/sh
# Builds the image of agent and webhook and writes it as an archive that containerd imports: by docker
# where an engine answers, else by buildah, or by podman where buildah is missing. Prints the file.
#
#   BASE   the image it stands on; without one, distroless for engines, and for buildah one made of
#          Debian's packages, since there may be no registry
#   IMAGE  its name; localhost/r2k8s:VERSION unless told
#   R2K8S_IMAGE_WORK  the folder of the archive and of what is made on the way; .tools/image unless told
#
# By buildah the same content gives the same digest. By engines the layers may differ in times.
set -eu
cd "$(dirname "$0")/.."
version=$(sed -n 's/^ *"version": "\(.*\)",$/\1/p' package.json | head -n 1)
image=${IMAGE:-localhost/r2k8s:$version}
work=${R2K8S_IMAGE_WORK:-$PWD/.tools/image}
archive=$work/r2k8s.tar

say() { echo "image: $*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# The same image again when nothing of it has changed.
stamp=$(cat image/Dockerfile image/build.sh dist/agent.cjs dist/webhook.cjs node_modules/node/bin/node |
  { sha256sum; echo "$image ${BASE:-}"; } | sha256sum | cut -c 1-32)
if [ -f "$archive" ] && [ "$(cat "$work/stamp" 2>/dev/null)" = "$stamp" ]; then echo "$archive"; exit 0; fi

rm -rf "$work/context"
mkdir -p "$work/context"
cp node_modules/node/bin/node "$work/context/node"
# Names of functions that nobody looks up: an eighth of the image.
if has strip; then strip "$work/context/node"; fi
cp dist/agent.cjs dist/webhook.cjs "$work/context/"
# The same layers whenever they are made.
touch -t 197001010000 "$work/context"/*

build_with() { # ENGINE COMMAND…
  "$@" --quiet --file image/Dockerfile --tag "$image" ${BASE:+--build-arg "BASE=$BASE"} \
    --build-arg "VERSION=$version" "$work/context" >&2
}

rm -f "$archive.new"
if docker info >/dev/null 2>&1 && docker --version | grep -q '^Docker version'; then
  # By way of the engine's images: the driver that Docker comes with writes no archives, unless the
  # engine keeps its images in containerd. Docker before 23 builds without buildx, too.
  if docker buildx version >/dev/null 2>&1; then
    build_with docker buildx build --load --provenance=false --build-arg SOURCE_DATE_EPOCH=0
  else
    DOCKER_BUILDKIT=1 build_with docker build
  fi
  docker save --output "$archive.new" "$image"
elif { ! has buildah || ! has mmdebstrap; } && podman info >/dev/null 2>&1; then
  build_with podman build --timestamp 0
  podman save --quiet --format oci-archive --output "$archive.new" "$image" >/dev/null
else
  missing=
  has buildah || missing="$missing buildah"
  [ -n "${BASE:-}" ] || has mmdebstrap || missing="$missing mmdebstrap"
  # shellcheck disable=SC2086
  sh tools/packages.sh image 'Install these packages, or start Docker or Podman, then run it again.' $missing
  build() { buildah --storage-driver vfs --root "$work/store" --runroot "$work/run" "$@"; }
  base=${BASE:-localhost/r2k8s-base:1}
  if [ -z "${BASE:-}" ]; then
    if [ ! -f "$work/base.tar" ]; then
      say 'making a base of Debian packages'
      # The packages of a distroless image for C++ programs; nothing in them is run.
      # By the end of the name it knows to write an archive: it would make a directory otherwise.
      mmdebstrap --quiet --variant=extract \
        --include=libc6,libstdc++6,libgcc-s1,ca-certificates,tzdata,netbase bookworm "$work/base.new.tar" >&2
      rm -rf "$work/base.tar"
      mv "$work/base.new.tar" "$work/base.tar"
    fi
    container=$(build from scratch)
    build add --quiet "$container" "$work/base.tar" / >/dev/null
    build commit --quiet --timestamp 0 --rm "$container" "$base" >/dev/null
  fi
  build bud --quiet --isolation chroot --timestamp 0 --file image/Dockerfile --tag "$image" \
    --build-arg "BASE=$base" --build-arg "VERSION=$version" "$work/context" >/dev/null
  build push --quiet "$image" "oci-archive:$archive.new:$image"
  # What it was made of is made again in seconds.
  rm -rf "$work/store" "$work/run"
fi
mv "$archive.new" "$archive"
rm -rf "$work/context"
echo "$stamp" >"$work/stamp"
say "$image: $(($(wc -c <"$archive") / 1000000)) MB as an archive"
echo "$archive"
