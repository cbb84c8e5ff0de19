#!/bin/sh
# Puts snac under target/servers/snac: a small ActivityPub server that speaks Mastodon's client interface.
# The Debian package of the backports suite, from the machine's own mirror; the system's sources and packages stay as
# they are. Needs Debian's libcurl4 and libssl3. Run from the repository's root; safe to run again, and quick then.
set -eu
version=2.75-2~bpo12+1
to=$PWD/target/servers/snac
if [ -x "$to/root/usr/bin/snac" ] && [ "$(cat "$to/installed" 2>/dev/null)" = "$version" ]; then
  exit 0
fi
rm -rf "$to"
mkdir -p "$to/lists/partial" "$to/cache/archives/partial" "$to/none"
: >"$to/status"
mirror=$(awk '/^URIs:/ { print $2; exit } /^deb / { print ($2 ~ /^\[/) ? $3 : $2; exit }' \
  /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null)
cat >"$to/sources.list" <<END
deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm-backports main
END
cat >"$to/apt.conf" <<END
Dir::Etc::sourcelist "$to/sources.list";
Dir::Etc::sourceparts "$to/none";
Dir::State::Lists "$to/lists";
Dir::State::status "$to/status";
Dir::Cache "$to/cache";
APT::Sandbox::User "root";
END
export APT_CONFIG="$to/apt.conf"
cd "$to"
apt-get update -qq
apt-get download -qq "snac2=$version"
dpkg-deb --extract snac2_*.deb root
rm -rf lists cache snac2_*.deb
echo "$version" >installed
