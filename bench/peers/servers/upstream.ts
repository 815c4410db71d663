import { cProgram } from '../c-program.ts';
import { negativeTtlSeconds, zone } from '../hosts.ts';
import { upstreamAddress } from '../proxied-questions.ts';
import type { Kind, Place } from './kind.ts';

/** What proxies ask over UDP and TCP; over TLS they ask NSD. */
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

/** A zone in which every name has the address that upstream.c gives. */
export const upstreamZone = `$ORIGIN ${zone}
@ ${negativeTtlSeconds} IN SOA ns hostmaster 1 7200 1800 86400 ${negativeTtlSeconds}
@ 3600 IN NS ns
* 3600 IN A ${upstreamAddress}
`;
