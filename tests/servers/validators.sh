#!/bin/sh
# Puts validators that we did not write under target/validators: feedparser, atoma, html5lib, jsonschema,
# Pillow and ffmpeg (PyPI), vnu-jar and the schema of SARIF (npm).
# Needs python3; uses npm and java where they are. Run from the repository's root; safe to run again.
set -eu
dir=target/validators
python3 -m venv "$dir"
"$dir/bin/pip" install --quiet --disable-pip-version-check \
  pillow==13.0.0 pillow-heif==1.8.1 imageio-ffmpeg==0.8.1 \
  feedparser==6.0.14 atoma==0.0.17 setuptools==65.5.0 html5lib==1.1 jsonschema==4.26.0
if command -v npm >/dev/null && command -v java >/dev/null; then
  npm install --silent --no-save --no-audit --no-fund --prefix "$dir" vnu-jar@26.9.27 \
    @microsoft/jest-sarif@1.0.0-beta.0
else
  echo "npm or java is missing: the page is checked by html5lib alone" >&2
fi
