#!/bin/sh
# npm.sh DIR
#
# Installs what package.json beside this file names into DIR/node_modules,
# and says nothing when all is there.  No script of a package is run.

set -eu

list=$(cd "$(dirname "$0")" && pwd)/package.json
dir=$1

if cmp -s "$list" "$dir/installed.json"; then
    exit 0
fi

if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
    sh "$(dirname "$0")/deps.sh" nodejs npm
fi

echo "npm: installing" $(sed -n 's/^    "\(.*\)": .*/\1/p' "$list") >&2

mkdir -p "$dir"
cp "$list" "$dir/package.json"

# fhirclient drags a mobile toolkit along, as optional and as peers: its
# bundle for browsers needs none of that.

# No network: one try, and soon.

(cd "$dir" &&
 npm install --ignore-scripts --no-package-lock --no-audit --no-fund \
     --fetch-retries=1 --no-update-notifier \
     --legacy-peer-deps --omit=optional --omit=peer --loglevel=error \
     >npm.log 2>&1 </dev/null) || { cat "$dir/npm.log" >&2; exit 1; }

cp "$list" "$dir/installed.json"
