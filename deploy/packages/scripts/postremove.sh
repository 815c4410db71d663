#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
fi
# Snapshots and the file of autoallocate.
if [ "$1" = purge ]; then
  rm -rf /var/lib/serviceentry-dns /var/lib/private/serviceentry-dns
fi
