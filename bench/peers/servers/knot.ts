import { zone } from '../hosts.ts';
import type { Kind, Place } from './kind.ts';
import { findWithFile } from './with-file.ts';

/** Knot DNS, with one worker for UDP and one for TCP. */
export const knot: Kind = {
  name: 'knot',
  title: 'Knot',
  // Since 3.5 only; Debian has an older one.
  hasTls: false,
  hint: 'apt-get install knot',
  find: () =>
    findWithFile({
      program: 'knotd',
      versionOption: '--version',
      file: 'knot.conf',
      config: knotConfig,
      options: ['-c'],
    }),
};

export function knotConfig({ directory, port, zoneFile }: Place): string {
  return `server:
  listen: 127.0.0.1@${port}
  rundir: ${directory}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: ${directory}
log:
  - target: stderr
    any: warning
zone:
  - domain: ${zone}
    file: ${zoneFile}
    semantic-checks: off
    zonefile-sync: -1
    journal-content: none
`;
}
