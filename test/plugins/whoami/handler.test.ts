import { decode } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { whoamiHandler } from '../../../src/plugins/whoami/handler.ts';
import { readUint16 } from '../../../src/wire/message.ts';
import type { Peer, Transport } from '../../../src/wire/query.ts';
import { makeEnvironment, unreachable } from '../../support/plugin.ts';
import { makeQuery, replyBytes, type QueryOptions } from '../../support/query.ts';

const answer = whoamiHandler.create({}, makeEnvironment(), unreachable);

function ask(name: string, options: QueryOptions) {
  const query = makeQuery(name, 'A', options);
  return Buffer.from(replyBytes(query, answer(query) as number));
}

describe('whoami', () => {
  it.each<[Peer, Transport, string, string, string]>([
    [{ address: '192.0.2.7', port: 40_001, family: 4 }, 'udp', 'A', '192.0.2.7', '_udp'],
    [{ address: '2001:db8::7', port: 65_535, family: 6 }, 'tcp', 'AAAA', '2001:db8::7', '_tcp'],
    [{ address: '::ffff:192.0.2.7', port: 1, family: 6 }, 'tls', 'A', '192.0.2.7', '_tcp'],
    [{ address: 'fe80::1%eth0', port: 1, family: 6 }, 'udp', 'AAAA', 'fe80::1', '_udp'],
  ])('tells %j over %s who it is', (peer, transport, type, data, label) => {
    const reply = decode(ask('Example.org', { peer, transport }));
    expect(reply).toMatchObject({ flag_aa: true, rcode: 'NOERROR', answers: [], authorities: [] });
    expect(reply.additionals).toEqual([
      expect.objectContaining({ name: 'Example.org', type, class: 'IN', ttl: 0, data }),
      expect.objectContaining({
        name: `${label}.Example.org`,
        type: 'SRV',
        class: 'IN',
        ttl: 0,
        data: { priority: 0, weight: 0, port: peer.port, target: '.' },
      }),
    ]);
  });

  it('answers for the root too, and with EDNS', () => {
    const { additionals } = decode(ask('.', { edns: true }));
    expect(additionals?.map(({ name, type }) => [name, type])).toEqual([
      ['.', 'A'],
      ['_udp', 'SRV'],
      ['.', 'OPT'],
    ]);
  });

  it('leaves the SRV record out where its name would be too long', () => {
    const labels = ['a'.repeat(63), 'b'.repeat(63), 'c'.repeat(63)];
    const additionalsOf = (name: string) => readUint16(ask(name, {}), 10);
    expect(additionalsOf([...labels, 'd'.repeat(56)].join('.'))).toBe(2);
    expect(additionalsOf([...labels, 'd'.repeat(57)].join('.'))).toBe(1);
  });
});
