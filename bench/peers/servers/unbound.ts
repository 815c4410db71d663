import { join } from 'node:path';
import { zone } from '../hosts.ts';
import type { Kind, Place } from './kind.ts';
import { findWithFile } from './with-file.ts';

/** Unbound with one thread, as the authority for the zone; it resolves nothing. */
export const unbound: Kind = {
  name: 'unbound',
  title: 'Unbound',
  hasTls: true,
  hint: 'apt-get install unbound',
  find: () =>
    findWithFile({
      program: 'unbound',
      versionOption: '-V',
      file: 'unbound.conf',
      config: unboundConfig,
      options: ['-d', '-c'],
    }),
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
