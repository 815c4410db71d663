#!/bin/sh
set -e
# dpkg says 'remove', rpm says how many versions are left. An upgrade restarts the service behind it.
case "$1" in
  remove | 0)
    if [ -d /run/systemd/system ]; then
      systemctl --quiet disable --now serviceentry-dns.service
    fi
    ;;
esac
