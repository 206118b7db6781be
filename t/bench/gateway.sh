#!/bin/bash

# The gateway beside stock nginx and its peers: see gateway.pl.  What is not
# packaged on this machine is left out of the table.

cd "$(dirname "$0")/../.." || exit 1

if ! command -v wrk >/dev/null; then
    sh t/lib/deps.sh wrk || { echo "gateway: no wrk, no figures"; exit 0; }
fi

for package in libnginx-mod-http-js libnginx-mod-http-lua; do
    sh t/lib/deps.sh $package || echo "gateway: without $package"
done

command -v node >/dev/null || sh t/lib/deps.sh nodejs \
    || echo "gateway: without Node"

exec perl t/bench/gateway.pl "$@"
