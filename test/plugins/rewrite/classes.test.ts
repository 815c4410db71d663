import { expect, it } from 'vitest';
import { decodeMessage } from '../../support/dns-message.ts';
import { FakeUpstream } from '../../support/fake-upstream.ts';
import { encodeQuery } from '../../support/query.ts';
import { answerFromZone } from '../../support/zone-upstream.ts';
import { InProcess } from '../../semantics/in-process.ts';

const [IN, CH, HS] = [1, 3, 4];

it.each<[lines: string, name: string, type: 'A' | 'TXT', qclass: number, expected: object]>([
  [
    'rewrite class CH IN',
    'a.example',
    'A',
    CH,
    { rcode: 'NOERROR', questions: ['a.example. CH A'], answer: ['a.example. 60 IN A 192.0.2.1'] },
  ],
  ['rewrite class CH IN', 'a.example', 'A', IN, { rcode: 'NOERROR', questions: ['a.example. IN A'] }],
  ['rewrite class CH IN', 'a.example', 'A', HS, { rcode: 'REFUSED', questions: ['a.example. HS A'] }],
  [
    'rewrite continue class HS CH\nrewrite class CH IN',
    'a.example',
    'A',
    HS,
    { rcode: 'NOERROR', questions: ['a.example. HS A'] },
  ],
  [
    'chaos v1\nrewrite class IN CH',
    'version.bind',
    'TXT',
    IN,
    { rcode: 'NOERROR', answer: ['version.bind. 0 CH TXT "v1"'] },
  ],
  [
    'chaos v1\nrewrite name v.test version.bind',
    'v.test',
    'TXT',
    CH,
    { rcode: 'NOERROR', answer: ['v.test. 0 CH TXT "v1"'] },
  ],
  ['rewrite class IN CH', 'a.example', 'A', IN, { rcode: 'REFUSED', questions: ['a.example. IN A'] }],
  ['rewrite name a.example b.example', 'a.example', 'A', CH, { rcode: 'REFUSED' }],
])('%s: %s %s of class %i', async (lines, name, type, qclass, expected) => {
  const upstream = await FakeUpstream.start(answerFromZone('a.example. 60 IN A 192.0.2.1'));
  const chain = new InProcess({ section: '', name: '', block: lines, queries: [] }, upstream.port);
  chain.fill([]);
  try {
    const reply = await chain.ask(encodeQuery(name, type, { class: qclass }), 'udp');
    expect(decodeMessage(reply)).toMatchObject(expected);
  } finally {
    await chain.close();
    await upstream.stop();
  }
});
