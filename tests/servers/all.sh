#!/bin/sh
# Puts every server that the tests can use under target/servers, and what looks at pages under target/axe. One that cannot be had keeps no other away; its tests
# say then that they were skipped. Run from the repository's root; safe to run again, and quick then.
away=0
for server in bluesky appview snac mastodon_mock radicale axe; do
  sh "tests/servers/$server.sh" || { echo "$server could not be installed; its tests will say so" >&2; away=1; }
done
exit $away
