#!/bin/sh
# Builds the image from the Dockerfile on the bases of bases.sh.
#   build.sh FOLDER CONTEXT BASES CACHE  leaves FOLDER/image, in OCI's layout; CACHE is that of the machine's own npm
set -eu
folder=$1 context=$2 bases=$3 cache=$4
. "$(dirname "$0")/storage.sh"

# By their relative path they are localhost/build and localhost/run; another path may be no name of an image.
cd "$bases"
for base in build run; do in_storage pull --quiet "oci:$base"; done
mkdir -p "$cache"
in_storage build --isolation chroot --network host --pull-never --volume "$cache:/root/.npm" \
  --build-arg BUILD_IMAGE=localhost/build --build-arg RUN_IMAGE=localhost/run \
  --disable-compression --tag "oci:$folder/image" "$context"
# The layers of the base are kept once.
for layer in "$bases"/run/blobs/sha256/*; do
  own=$folder/image/blobs/sha256/$(basename "$layer")
  [ ! -e "$own" ] || ln -f "$layer" "$own"
done
rm -rf "$storage"
