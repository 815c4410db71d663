import { cProgram } from '../c-program.ts';
import { upstreamAddress } from '../proxied-questions.ts';
import type { Kind, Place } from './kind.ts';
import { findWithFile } from './with-file.ts';

/** What proxies ask over UDP and TCP. */
export const upstream: Kind = {
  name: 'upstream',
  title: 'the upstream',
  hasTls: false,
  hint: 'install a C compiler',
  find() {
    const program = cProgram('upstream');
    if (program === undefined) return Promise.resolve(undefined);
    return Promise.resolve({
      version: 'bench/peers/upstream.c',
      setup: ({ port }: Place) => ({ files: {}, command: [program, String(port)] }),
    });
  },
};

/** The same over TLS: dnsdist, which asks nobody here. NSD answers one of several queries that come in one TLS record. */
export const tlsUpstream: Kind = {
  name: 'upstream',
  title: 'the upstream with TLS',
  hasTls: true,
  hint: 'apt-get install dnsdist',
  find: () =>
    findWithFile({
      program: 'dnsdist',
      versionOption: '--version',
      file: 'dnsdist.conf',
      config: tlsUpstreamConfig,
      options: ['--supervised', '--disable-syslog', '-C'],
    }),
};

export function tlsUpstreamConfig({ port, otherPorts, tls }: Place): string {
  return `setSecurityPollSuffix("")
setLocal("127.0.0.1:${otherPorts[0]!}")
addTLSLocal("127.0.0.1:${port}", "${tls!.certificate}", "${tls!.key}", {maxInFlight=1000})
addAction(AllRule(), SpoofAction("${upstreamAddress}", {ttl=3600}))
`;
}
