#!/bin/sh
# A bot: tells the time when asked for it, says everything else back, and adds all people that add it.
set -eu
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
mkfifo "$folder/commands"
papillon listen --auto-add "$@" <"$folder/commands" | jq --unbuffered -c 'select(.event == "message") |
    { command: "send", conversation, text:
      (if .text == "time" then "It is \(now | floor | todate)." else "You said: \(.text)" end) }' >"$folder/commands"
