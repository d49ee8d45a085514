#!/bin/sh
# Makes what the Dockerfile builds on and runs on, without a registry of images: Debian by debootstrap with npm's node and
# npm; and that node alone with the libraries that it is linked to, as distroless has it: no shell, no package manager.
#   bases.sh FOLDER DEBIAN NODE NPM  leaves FOLDER/build and FOLDER/run, images in OCI's layout
set -eu
folder=$1 debian=$2 node=$3 npm=$4
. "$(dirname "$0")/storage.sh"

build=$(in_storage from scratch)
root=$(in_storage mount "$build")
debootstrap --variant=minbase "$debian" "$root"
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
npm install --prefix "$storage/packages" --no-audit --no-fund "node@$node" "npm@$npm"
mkdir -p "$root/usr/local/lib/node_modules"
cp "$storage/packages/node_modules/node/bin/node" "$root/usr/local/bin/node"
cp -R "$storage/packages/node_modules/npm" "$root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
# What the machine's npm has fetched is not asked for again; what is, by the authorities that the machine trusts.
echo 'prefer-offline=true' >"$root/root/.npmrc"
if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/root/authorities.crt"
  echo 'cafile=/root/authorities.crt' >>"$root/root/.npmrc"
fi

run=$(in_storage from scratch)
bare=$(in_storage mount "$run")
mkdir -p "$bare/nodejs/bin" "$bare/etc" "$bare/home/nonroot" "$bare/tmp"
chmod 1777 "$bare/tmp"
cp "$root/usr/local/bin/node" "$bare/nodejs/bin/node"
chroot "$root" ldd /usr/local/bin/node | grep -o '/[^ ]*' | while read -r library; do
  mkdir -p "$bare$(dirname "$library")"
  cp -L "$root$library" "$bare$library"
done
printf 'root:x:0:0::/root:/sbin/nologin\nnonroot:x:65532:65532::/home/nonroot:/sbin/nologin\n' >"$bare/etc/passwd"
printf 'root:x:0:\nnonroot:x:65532:\n' >"$bare/etc/group"

# Without compression the layers of an image on them are the same files.
in_storage commit --disable-compression "$build" "oci:$folder/build"
in_storage commit --disable-compression "$run" "oci:$folder/run"
rm -rf "$storage"
