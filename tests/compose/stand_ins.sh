#!/bin/bash
# Make the three base images that a registry would give, from Debian's packages and this machine's Python 3.12.
# What was made before is used again.
source "$(dirname "$0")/common.sh"
HERE="$REPOSITORY/tests/compose/stand_ins"
MINIMAL=(--variant=minbase)
PYTHON_LIBRARIES=libssl3,libffi8,libsqlite3-0,zlib1g,libbz2-1.0,liblzma5,libreadline8,libncursesw6,libuuid1,libnsl2,libtirpc3,libexpat1,ca-certificates

have() { docker image inspect "$1" >/dev/null 2>&1; }

bootstrap() { # folder, release, packages
  if [ -f "$1.done" ]; then return; fi
  rm -rf "$1"
  debootstrap "${MINIMAL[@]}" --include="$3" "$2" "$1" >"$1.log" 2>&1 || { tail -5 "$1.log" >&2; return 1; }
  rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/usr/share/doc/* "$1"/usr/share/man/*
  touch "$1.done"
}

import() { # folder, name, changes…
  local folder=$1 name=$2 changes=()
  shift 2
  for change in "$@"; do changes+=(--change "$change"); done
  tar -C "$folder" --exclude=./dev --exclude=./proc --exclude=./sys --numeric-owner -c . |
    docker import "${changes[@]}" - "$name" >/dev/null
}

python_image() {
  local root="$WORK/root-python" prefix library
  bootstrap "$root" bookworm "$PYTHON_LIBRARIES"
  prefix=$("$PYTHON" -c 'import sys; print(sys.base_prefix)')
  library=$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_config_var("LIBDIR"))')
  install -d "$root/usr/local/bin" "$root/usr/local/lib/python3.12"
  cp -L "$prefix/bin/python3.12" "$root/usr/local/bin/python3.12"
  ln -sf python3.12 "$root/usr/local/bin/python3"
  ln -sf python3.12 "$root/usr/local/bin/python"
  for file in "$library"/libpython3.12.so*; do
    if [ -f "$file" ]; then cp "$file" "$root/usr/local/lib/"; fi
  done
  tar -C "$prefix/lib/python3.12" --exclude=./site-packages --exclude=./test --exclude=./idlelib --exclude=__pycache__ -c . |
    tar -C "$root/usr/local/lib/python3.12" -x
  chown -R root:root "$root/usr/local"
  chmod -R go+rX "$root/usr/local"
  chroot "$root" /sbin/ldconfig
  chroot "$root" /usr/local/bin/python -c 'import ssl, sqlite3, venv, ensurepip, ctypes, lzma, bz2, zlib'
  import "$root" "$PYTHON_IMAGE" 'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin LANG=C.UTF-8' 'CMD ["python"]'
}

postgres_image() {
  local root="$WORK/root-postgres"
  bootstrap "$root" trixie postgresql-17,ca-certificates
  install -m 755 "$HERE/postgres-entrypoint.sh" "$root/usr/local/bin/docker-entrypoint.sh"
  import "$root" "$POSTGRES_IMAGE" \
    'ENV PATH=/usr/lib/postgresql/17/bin:/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 PGDATA=/var/lib/postgresql/data' \
    'VOLUME /var/lib/postgresql/data' \
    'ENTRYPOINT ["docker-entrypoint.sh"]' 'CMD ["postgres"]'
}

caddy_image() {
  local root="$WORK/root-caddy"
  bootstrap "$root" bookworm caddy,ca-certificates
  import "$root" "$PROXY_IMAGE" \
    'ENV PATH=/usr/local/bin:/usr/bin:/bin HOME=/root XDG_DATA_HOME=/data XDG_CONFIG_HOME=/config' \
    'CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]'
}

have "$PYTHON_IMAGE" || { say "Making the stand-in for the Python image"; python_image; }
have "$POSTGRES_IMAGE" || { say "Making the stand-in for the PostgreSQL image"; postgres_image; }
have "$PROXY_IMAGE" || { say "Making the stand-in for the Caddy image"; caddy_image; }
