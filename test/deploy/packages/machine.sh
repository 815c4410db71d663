#!/usr/bin/env bash
# Usage: machine.sh TREE DIRECTORY UNIT...
# A machine of its own, as far as namespaces go: its root is that of this machine with the files of TREE on top, where all that is
# written goes to memory; it has no network but loopback and a link that leads nowhere. Its first process is systemd, which knows no
# units but these: those of a boot would clean up this machine. It ends with this process.
set -euo pipefail
export tree=$1 directory=$2 units=${*:3}

machine() {
  set -euo pipefail
  mount -t tmpfs tmpfs "$directory"
  mkdir "$directory"/{root,work}
  cp -a "$tree" "$directory/upper"
  mount -t overlay overlay -o "lowerdir=/,upperdir=$directory/upper,workdir=$directory/work" "$directory/root"
  cd "$directory/root"
  mount -t proc proc proc
  mount -t sysfs sysfs sys
  mount -t cgroup2 cgroup2 sys/fs/cgroup
  mount -t tmpfs tmpfs tmp
  mount -t tmpfs tmpfs run
  mount --rbind /dev dev
  mkdir -p run/systemd/system/service.d run/old
  cp $(printf 'usr/lib/systemd/system/%s ' $units) run/systemd/system/
  printf '[Unit]\nDefaultDependencies=no\n' | tee run/systemd/system/machine.target >run/systemd/system/service.d/machine.conf
  pivot_root . run/old
  umount -l /run/old
  systemd-sysusers
  # Without a link that is up, systemd-resolved asks nobody.
  ip link set lo up
  ip link add link0 type veth peer name link1
  ip address add 192.0.2.10/24 dev link0
  ip link set link0 up
  ip link set link1 up
  export container=other SYSTEMD_UNIT_PATH=/run/systemd/system
  exec /usr/lib/systemd/systemd --system --unit=machine.target --log-target=console --log-level=info --show-status=no
}
export -f machine
exec unshare --pid --fork --kill-child --mount --uts --ipc --net --cgroup bash -c machine
