#!/usr/bin/env bash
# Usage: image.sh DIRECTORY NODE
# Builds the image of the Dockerfile with buildah, without a registry of images: its base is made from the program NODE and
# the libraries that it needs, without a shell; what it is built in has npm and a shell besides. Leaves the images
# localhost/base and localhost/serviceentry-dns in DIRECTORY, where image.test.ts looks at them.
set -euo pipefail
directory=$1 node=$2
cd "$(dirname "$0")/../.."

buildah=(buildah --root "$directory/storage" --runroot "$directory/run" --storage-driver vfs)

# Copies programs with their libraries into the tree $1, to where they are.
copy_programs() {
  local tree=$1 file
  shift
  for file in $(printf '%s\n' "$@" $(ldd "$@" | grep -oE '/[^ :]+' || true) | sort -u); do
    install -D "$(readlink -f "$file")" "$tree$file"
  done
}

# Makes the image $1 of the tree $2, with the settings that follow.
make_image() {
  local container name=$1 tree=$2
  shift 2
  container=$("${buildah[@]}" from scratch)
  "${buildah[@]}" add --quiet "$container" "$tree" / >/dev/null
  "${buildah[@]}" config --env PATH=/usr/bin:/bin "$@" "$container"
  "${buildah[@]}" commit --quiet --rm "$container" "localhost/$name" >/dev/null
}

base=$directory/base npm=$directory/npm
mkdir -p "$base/tmp"
copy_programs "$base" "$node"
mkdir -p "$base/usr/bin"
mv "$base$node" "$base/usr/bin/node"
make_image base "$base"

cp -a "$base" "$npm"
copy_programs "$npm" /bin/sh /usr/bin/env
mkdir -p "$npm/root" "$npm/usr/lib/node_modules"
cp -a "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" "$npm/usr/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$npm/usr/bin/npm"
settings=(--env HOME=/root --env "NPM_CONFIG_REGISTRY=$(npm config get registry 2>/dev/null)")
# A proxy on the way may have a certificate that only the machine knows.
authorities=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}
if [[ -f $authorities ]]; then
  install -D "$authorities" "$npm/etc/authorities.pem"
  settings+=(--env NODE_EXTRA_CA_CERTS=/etc/authorities.pem)
fi
make_image npm "$npm" "${settings[@]}"

cache=$(npm config get cache 2>/dev/null)
mkdir -p "$cache"
"${buildah[@]}" bud --isolation chroot --pull-never --build-arg NODE_IMAGE=localhost/npm --build-arg BASE=localhost/base \
  --volume "$cache:/root/.npm" --tag localhost/serviceentry-dns .
