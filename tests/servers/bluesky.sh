#!/bin/sh
# Puts Bluesky's own servers under target/servers/bluesky: the PDS, which keeps people's posts, and the PLC directory,
# which knows where each person's PDS is. From npm, with the Node 22 that they need.
# Needs npm, python3, make and g++. Run from the repository's root; safe to run again, and quick then.
set -eu
from=tests/servers/bluesky
to=target/servers/bluesky
sum=$(cat "$from/package-lock.json" "$0" | sha256sum)
mkdir -p "$to"
cp "$from/package.json" "$from/package-lock.json" "$from/loopback.mjs" "$from/pds.mjs" "$to/"
if [ "$(cat "$to/installed" 2>/dev/null)" = "$sum" ]; then
  exit 0
fi
rm -f "$to/installed"
cd "$to"
export npm_config_loglevel=silent npm_config_audit=false npm_config_fund=false
npm ci --omit=dev --ignore-scripts
# Of the packages' own scripts only this one is needed: it compiles SQLite against the headers that came with Node.
node=$(echo "$PWD"/node_modules/node-linux-*)
PATH=$node/bin:$PATH npm_config_nodedir=$node npm_config_build_from_source=true npm rebuild better-sqlite3
ln -sfn "${node#"$PWD"/}/bin/node" node
echo "$sum" >installed
