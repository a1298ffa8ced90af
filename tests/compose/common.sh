# Shared by the scripts in this folder: where things are kept, and the engine they talk to. Sourced, not run.
set -euo pipefail
REPOSITORY=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
WORK=${EDUBADGES_COMPOSE_WORK:-/var/tmp/edubadges-compose}
PYTHON=${EDUBADGES_COMPOSE_PYTHON:-$REPOSITORY/.venv/bin/python}
mkdir -p "$WORK"

export DOCKER_HOST="unix://$WORK/docker.sock"
export DOCKER_BUILDKIT=0 COMPOSE_DOCKER_CLI_BUILD=0
export COMPOSE_PROJECT_NAME=edubadges-proof
export PYTHON_IMAGE=stand-in/python:3.12
export POSTGRES_IMAGE=stand-in/postgres:17
export PROXY_IMAGE=stand-in/caddy:2
export EDUBADGES_IMAGE=edubadges:proof
export EDUBADGES_DOMAIN=edubadges.test
export EDUBADGES_HTTPS_PORT=${EDUBADGES_HTTPS_PORT:-127.0.0.1:18443}
export EDUBADGES_TLS="tls /etc/edubadges/tls/server.crt /etc/edubadges/tls-private/server.key"
export EDUBADGES_CA_FILE=/etc/edubadges/tls/ca.crt
export EDUBADGES_TLS_FOLDER="$WORK/tls"
export EDUBADGES_SECRETS_FOLDER="$WORK/secrets"

say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }
