#!/bin/sh
# Puts Radicale under target/servers/radicale: a small CalDAV server. From PyPI.
# Needs python3 with venv. Run from the repository's root; safe to run again, and quick then.
set -eu
from=tests/servers/radicale.txt
to=target/servers/radicale
sum=$(cat "$from" "$0" | sha256sum)
if [ "$(cat "$to/installed" 2>/dev/null)" = "$sum" ]; then
  exit 0
fi
rm -rf "$to"
python3 -m venv "$to"
"$to/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$from"
echo "$sum" >"$to/installed"
