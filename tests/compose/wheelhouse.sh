#!/bin/bash
# Fill deploy/wheels from the locks (hashes checked), so that the image is built without any network.
source "$(dirname "$0")/common.sh"
WHEELS="$REPOSITORY/deploy/wheels"
locks=$(cat "$REPOSITORY"/requirements/{main,agent}.txt "$REPOSITORY/package-lock.json" | sha256sum)
if [ "$(cat "$WHEELS/.made-from" 2>/dev/null)" = "$locks" ]; then exit; fi

say "Collecting the locked packages in deploy/wheels"
rm -f "$WHEELS"/*.whl "$WHEELS"/*.tar
for set_name in main agent; do
  "$PYTHON" -m pip wheel --quiet --disable-pip-version-check --no-deps --require-hashes \
    --wheel-dir "$WHEELS" -r "$REPOSITORY/requirements/$set_name.txt" 2>&1 | grep -v '^WARNING: Location' || true
done
pages="$WORK/pages"
rm -rf "$pages" && mkdir -p "$pages"
cp "$REPOSITORY/package.json" "$REPOSITORY/package-lock.json" "$pages/"
npm=$(command -v npm || echo "$REPOSITORY/.venv/bin/npm")
(cd "$pages" && PATH="$REPOSITORY/.venv/bin:$PATH" "$npm" ci --omit=dev --no-audit --no-fund --loglevel=error >/dev/null)
tar -C "$pages" -cf "$WHEELS/node_modules.tar" node_modules
echo "$locks" >"$WHEELS/.made-from"
