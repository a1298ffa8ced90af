#!/bin/bash
# Prove docker-compose.yml on this machine without any image registry: stand-in base images, our image built without a
# network, the whole stack with TLS, a story played over it, and a check of a badge with everything stopped.
# Needs root and Debian (bookworm). KEEP=1 leaves the stack running. Takes some ten minutes the first time.
source "$(dirname "$0")/common.sh"
cd "$REPOSITORY"
started=$(date +%s)

need() { # commands and the Debian packages they come in
  local missing=()
  command -v dockerd >/dev/null || missing+=(docker.io)
  command -v docker-compose >/dev/null || missing+=(docker-compose)
  command -v debootstrap >/dev/null || missing+=(debootstrap)
  command -v openssl >/dev/null || missing+=(openssl)
  if [ ${#missing[@]} -eq 0 ]; then return; fi
  say "Installing ${missing[*]}"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

finish() {
  local code=$?
  if [ $code -ne 0 ]; then
    docker-compose ps 2>/dev/null || true
    docker-compose logs --no-color --tail=80 >"$WORK/failed.log" 2>/dev/null || true
    say "It did not succeed. The logs of the containers are in $WORK/failed.log."
  fi
  if [ -z "${KEEP:-}" ]; then
    docker-compose down --volumes --remove-orphans --timeout 15 >/dev/null 2>&1 || true
    bash tests/compose/engine.sh stop
  fi
  exit $code
}

if [ "$(id -u)" != 0 ]; then echo "Run this as root: it starts a Docker engine of its own." >&2; exit 1; fi
need
say "Starting an engine of our own"
bash tests/compose/engine.sh start
trap finish EXIT
bash tests/compose/stand_ins.sh
bash tests/compose/wheelhouse.sh
say "Building the image, without a network"
docker build --network none --build-arg PYTHON_IMAGE="$PYTHON_IMAGE" --tag "$EDUBADGES_IMAGE" . >"$WORK/build.log" 2>&1 ||
  { tail -20 "$WORK/build.log" >&2; exit 1; }
sh deploy/make-secrets.sh "$EDUBADGES_SECRETS_FOLDER" >/dev/null
sh deploy/make-private-ca.sh "$EDUBADGES_DOMAIN" "$EDUBADGES_TLS_FOLDER" >/dev/null
docker-compose config --quiet
docker-compose down --volumes --remove-orphans >/dev/null 2>&1
say "Starting the stack"
if ! docker-compose up --detach --no-build >"$WORK/up.log" 2>&1; then tail -20 "$WORK/up.log" >&2; exit 1; fi
"$PYTHON" -m tests.compose.story
say "Done in $(($(date +%s) - started)) seconds."
