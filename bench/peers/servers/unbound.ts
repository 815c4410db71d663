import { join } from 'node:path';
import { zone } from '../hosts.ts';
import type { Kind, Place } from './kind.ts';
import { findProgram, versionOf } from './program.ts';

/** Unbound with one thread, as the authority for the zone; it resolves nothing. */
export const unbound: Kind = {
  name: 'unbound',
  title: 'Unbound',
  hasTls: true,
  hint: 'apt-get install unbound',
  find() {
    const program = findProgram('unbound');
    if (program === undefined) return Promise.resolve(undefined);
    return Promise.resolve({
      version: versionOf(program, '-V'),
      setup: (place: Place) => ({
        files: { 'unbound.conf': unboundConfig(place) },
        command: [program, '-d', '-c', join(place.directory, 'unbound.conf')],
      }),
    });
  },
};

export function unboundConfig({ directory, port, tls, zoneFile }: Place): string {
  const tlsLines = tls
    ? `  tls-port: ${port}
  tls-service-pem: "${tls.certificate}"
  tls-service-key: "${tls.key}"
`
    : '';
  return `server:
  interface: 127.0.0.1@${port}
  num-threads: 1
  directory: "${directory}"
  pidfile: "${join(directory, 'unbound.pid')}"
  chroot: ""
  username: ""
  use-syslog: no
  verbosity: 0
  module-config: "iterator"
  incoming-num-tcp: 100
  local-zone: "test." nodefault
${tlsLines}remote-control:
  control-enable: no
auth-zone:
  name: ${zone}
  zonefile: "${zoneFile}"
  for-downstream: yes
  for-upstream: no
  fallback-enabled: no
`;
}
