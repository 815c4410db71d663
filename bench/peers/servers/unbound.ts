import { join } from 'node:path';
import { zone } from '../hosts.ts';
import type { Kind, Place, ProxyPlace } from './kind.ts';
import { findWithFile } from './with-file.ts';

/** Unbound with one thread, as the authority for the zone, where it resolves nothing, or as a proxy. */
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

export function unboundConfig({ directory, port, tls, zoneFile, proxy }: Place): string {
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
${tlsLines}${proxy ? proxyLines(proxy) : ''}remote-control:
  control-enable: no
${proxy ? forwardZone(proxy) : authZone(zoneFile)}`;
}

function authZone(zoneFile: string): string {
  return `auth-zone:
  name: ${zone}
  zonefile: "${zoneFile}"
  for-downstream: yes
  for-upstream: no
  fallback-enabled: no
`;
}

/** With room for what others have room for, of queries under way and of answers, and for many under way on each connection. */
function proxyLines({ over, certificate }: ProxyPlace): string {
  return `  do-not-query-localhost: no
  outgoing-range: 4096
  num-queries-per-thread: 2048
  msg-cache-size: 64m
  rrset-cache-size: 128m
${over === 'tcp' ? '  tcp-upstream: yes\n' : ''}${certificate ? `  tls-cert-bundle: "${certificate}"\n` : ''}`;
}

function forwardZone({ port, over, cached }: ProxyPlace): string {
  return `forward-zone:
  name: .
  forward-addr: 127.0.0.1@${port}${over === 'tls' ? '#localhost' : ''}
  forward-tls-upstream: ${over === 'tls' ? 'yes' : 'no'}
  forward-no-cache: ${cached > 0 ? 'no' : 'yes'}
`;
}
