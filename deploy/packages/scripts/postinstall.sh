#!/bin/sh
set -e
# The service is started by hand the first time, when there is something to serve. In a chroot there is no systemd.
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl try-restart serviceentry-dns.service
fi
