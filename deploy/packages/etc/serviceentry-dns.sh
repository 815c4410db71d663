#!/bin/sh
# glibc would keep what reading large files took: up to 64 MB in each of its arenas.
export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-2}" MALLOC_TRIM_THRESHOLD_="${MALLOC_TRIM_THRESHOLD_:-131072}"
exec /usr/lib/serviceentry-dns/node /usr/lib/serviceentry-dns/main.js "$@"
