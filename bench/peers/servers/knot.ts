import { join } from 'node:path';
import { zone } from '../hosts.ts';
import type { Kind, Place } from './kind.ts';
import { findProgram, versionOf } from './program.ts';

/** Knot DNS, with one worker for UDP and one for TCP. */
export const knot: Kind = {
  name: 'knot',
  title: 'Knot',
  // Since 3.5 only; Debian has an older one.
  hasTls: false,
  hint: 'apt-get install knot',
  find() {
    const program = findProgram('knotd');
    if (program === undefined) return Promise.resolve(undefined);
    return Promise.resolve({
      version: versionOf(program, '--version'),
      setup: (place: Place) => ({
        files: { 'knot.conf': knotConfig(place) },
        command: [program, '-c', join(place.directory, 'knot.conf')],
      }),
    });
  },
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
