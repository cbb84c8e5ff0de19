#!/bin/sh
# Puts a small network of Bluesky's own servers under target/servers/appview: beside the PDS and the PLC directory the
# AppView, which counts. From npm; it runs on the Node of target/servers/bluesky (bluesky.sh) and needs PostgreSQL 15 or later.
# Run from the repository's root; safe to run again, and quick then.
set -eu
sh tests/servers/bluesky.sh
from=tests/servers/appview
to=target/servers/appview
sum=$(cat "$from/package-lock.json" "$0" | sha256sum)
mkdir -p "$to"
cp "$from/package.json" "$from/package-lock.json" "$from/network.mjs" tests/servers/bluesky/loopback.mjs "$to/"
if [ "$(cat "$to/installed" 2>/dev/null)" = "$sum" ]; then
  exit 0
fi
rm -f "$to/installed"
node=$(dirname "$(readlink -f target/servers/bluesky/node)")
cd "$to"
export npm_config_loglevel=silent npm_config_audit=false npm_config_fund=false
npm ci --omit=dev --ignore-scripts
# Of the packages' own scripts only this one is needed: it compiles SQLite against the headers that came with Node.
PATH=$node:$PATH npm_config_nodedir=${node%/bin} npm_config_build_from_source=true npm rebuild better-sqlite3
echo "$sum" >installed
