#!/bin/sh
# Puts axe-core, which looks for what keeps people out of a page, under target/axe. From npm.
# Needs npm. Run from the repository's root; safe to run again, and quick then.
set -eu
version=4.14.1
to=target/axe
if [ "$(cat "$to/installed" 2>/dev/null)" = "$version" ]; then
  exit 0
fi
rm -f "$to/installed"
npm install --silent --no-save --no-audit --no-fund --ignore-scripts --prefix "$to" "axe-core@$version"
test -s "$to/node_modules/axe-core/axe.min.js"
echo "$version" >"$to/installed"
