#!/bin/sh
# Runs a server for as long as this script's standard input is open: whoever holds the other end, and however it ends,
# the server ends with it, and its folder is taken away.
#
#   leash.sh FOLDER PROGRAM ARGUMENTS…
folder=$1
shift
# What is sent to all of a terminal's programs at once is for the one that holds the other end.
trap '' HUP INT TERM
"$@" </dev/null >"$folder/log" 2>&1 &
server=$!
cat >/dev/null
kill -9 $server
wait $server 2>/dev/null
rm -rf "$folder"
