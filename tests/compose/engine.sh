#!/bin/bash
# Start or stop a Docker engine of our own, beside any that is there: `engine.sh start`, `engine.sh stop`.
# It touches no firewall (--iptables=false), so containers reach each other and nothing outside this machine.
source "$(dirname "$0")/common.sh"

start() {
  if docker info >/dev/null 2>&1; then return; fi
  rm -f "$WORK/dockerd.pid" "$WORK/docker.sock"
  setsid nohup dockerd --data-root "$WORK/docker" --exec-root "$WORK/exec" --pidfile "$WORK/dockerd.pid" \
    --host "$DOCKER_HOST" --iptables=false --ip-masq=false --ip-forward=false --bridge=none \
    --default-address-pool base=172.31.0.0/17,size=24 \
    --storage-driver "${EDUBADGES_COMPOSE_STORAGE:-overlay2}" >"$WORK/dockerd.log" 2>&1 </dev/null &
  for _ in $(seq 100); do
    if docker info >/dev/null 2>&1; then return; fi
    sleep 0.2
  done
  echo "dockerd did not start; the end of $WORK/dockerd.log:" >&2
  tail -5 "$WORK/dockerd.log" >&2
  return 1
}

stop() {
  [ -s "$WORK/dockerd.pid" ] || return 0
  local pid
  pid=$(cat "$WORK/dockerd.pid")
  kill "$pid" 2>/dev/null || return 0
  for _ in $(seq 100); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.2
  done
  echo "dockerd ($pid) has not stopped." >&2
  return 1
}

"$1"
