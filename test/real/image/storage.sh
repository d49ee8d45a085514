# For bases.sh and build.sh: buildah on a storage of its own within $folder. Whoever is done removes $storage.
storage=$folder/storage
mkdir "$storage"
export TMPDIR="$storage"
in_storage() { buildah --storage-driver vfs --root "$storage/root" --runroot "$storage/run" "$@"; }
