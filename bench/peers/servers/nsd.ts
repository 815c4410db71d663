import { join } from 'node:path';
import { zone } from '../hosts.ts';
import type { Kind, Place } from './kind.ts';
import { findWithFile } from './with-file.ts';

/** NSD with one server process, and without the limit of replies that it has by default. */
export const nsd: Kind = {
  name: 'nsd',
  title: 'NSD',
  hasTls: true,
  hint: 'apt-get install nsd',
  find: () =>
    findWithFile({ program: 'nsd', versionOption: '-v', file: 'nsd.conf', config: nsdConfig, options: ['-d', '-c'] }),
};

export function nsdConfig({ directory, port, tls, zoneFile }: Place): string {
  const tlsLines = tls
    ? `  tls-port: ${port}
  tls-service-pem: "${tls.certificate}"
  tls-service-key: "${tls.key}"
`
    : '';
  return `server:
  ip-address: 127.0.0.1@${port}
  server-count: 1
  username: ""
  zonesdir: "${directory}"
  database: ""
  pidfile: "${join(directory, 'nsd.pid')}"
  xfrdfile: "${join(directory, 'xfrd.state')}"
  xfrdir: "${directory}"
  zonelistfile: "${join(directory, 'zone.list')}"
  verbosity: 0
  minimal-responses: yes
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
${tlsLines}remote-control:
  control-enable: no
zone:
  name: ${zone}
  zonefile: "${zoneFile}"
`;
}
