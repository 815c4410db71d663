import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeMessage, type DnsMessage } from '../../support/dns-message.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeUpstream, silence } from '../../support/fake-upstream.ts';
import { encodeQuery, type QueryOptions, type TypeOption } from '../../support/query.ts';
import { answerFromZone } from '../../support/zone-upstream.ts';
import { serviceEntry } from '../../semantics/case.ts';
import { InProcess, readObjects } from '../../semantics/in-process.ts';
import { settle } from './harness.ts';

const zone = `
  backend.example. 60 IN A 192.0.2.1
  backend.example. 60 IN AAAA 2001:db8::1
  other.example. 60 IN A 192.0.2.2
  _http._tcp.web.example. 60 IN SRV 1 2 80 backend.example.
  large.example. 60 IN TXT "${'x'.repeat(250)}" "${'y'.repeat(250)}" "${'z'.repeat(250)}"
`;
const objects = [
  serviceEntry('a', 'hosts: [web.test], resolution: DNS, endpoints: [{ address: backend.example }]'),
  serviceEntry(
    'b',
    'hosts: [both.test], resolution: DNS, endpoints: [{ address: backend.example }, { address: other.example }]',
  ),
].join('');

let upstream: FakeUpstream;
let clock: FakeClock;
let chain: InProcess;

beforeEach(async () => {
  upstream = await FakeUpstream.start(answerFromZone(zone));
  clock = new FakeClock();
  chain = new InProcess({ section: '', name: '', block: 'cache', queries: [] }, upstream.port, clock);
  chain.fill(readObjects(objects).objects);
});

afterEach(async () => {
  // What still waits upstream has its time.
  clock.advance(10_000);
  await chain.close();
  await upstream.stop();
});

async function ask(name: string, type: TypeOption = 'A', options: QueryOptions = {}): Promise<DnsMessage> {
  return decodeMessage(await chain.ask(encodeQuery(name, type, options), options.transport ?? 'udp'));
}

describe('endpoints that are host names', () => {
  test('are asked for once, for all hosts that have them and for who asks for them', async () => {
    expect((await ask('web.test')).answer).toEqual(['web.test. 30 IN A 192.0.2.1']);
    expect((await ask('both.test')).answer.toSorted()).toEqual([
      'both.test. 30 IN A 192.0.2.1',
      'both.test. 30 IN A 192.0.2.2',
    ]);
    expect((await ask('backend.example', 'A', { edns: true })).answer).toEqual(['backend.example. 60 IN A 192.0.2.1']);
    expect(upstream.queries.map(({ name }) => name)).toEqual(['backend.example', 'other.example']);
  });

  test('have the TTL that is left', async () => {
    await ask('web.test');
    clock.advance(50_000);
    expect((await ask('web.test')).answer).toEqual(['web.test. 10 IN A 192.0.2.1']);
    expect(upstream.queries).toHaveLength(1);
  });

  test('are served stale while upstream is silent, within 300 ms', async () => {
    await ask('web.test');
    clock.advance(61_000);
    upstream.behaviour = silence;
    const reply = ask('web.test');
    await upstream.received(2);
    await settle();
    clock.advance(300);
    expect((await reply).answer).toEqual(['web.test. 30 IN A 192.0.2.1']);
    expect((await ask('backend.example')).answer).toEqual(['backend.example. 30 IN A 192.0.2.1']);
  });
});

test('what forward waited for is kept, with the flags that the miss had', async () => {
  const first = await ask('backend.example', 'AAAA');
  clock.advance(1000);
  const second = await ask('BACKEND.example', 'AAAA');
  expect(second).toEqual({
    ...first,
    questions: ['BACKEND.example. IN AAAA'],
    answer: ['BACKEND.example. 59 IN AAAA 2001:db8::1'],
  });
  expect(upstream.queries).toHaveLength(1);
  expect(upstream.queries[0]!.packet.flag_ad).toBe(true);
});

test('a reply that is too long over UDP is kept whole, and cut for who cannot take it', async () => {
  const options = [{}, { edns: { payload: 1232 } }, { transport: 'tcp' as const }];
  for (const each of [...options, ...options]) {
    const isShort = !('edns' in each) && !('transport' in each);
    const reply = await ask('large.example', 'TXT', each);
    expect(reply.flags.includes('tc')).toBe(isShort);
    expect(reply.answer).toHaveLength(isShort ? 0 : 1);
  }
  const { length } = upstream.queries;
  await ask('large.example', 'TXT', { transport: 'tcp' });
  expect(upstream.queries).toHaveLength(length);
});

test('1,000 clients that ask for one missing name at once cause one query', async () => {
  const replies = await Promise.all(Array.from({ length: 1000 }, (_, id) => ask('none.example', 'A', { id })));
  expect(replies.every(({ rcode }, id) => rcode === 'NXDOMAIN' && replies[id]!.id === id)).toBe(true);
  expect(upstream.queries).toHaveLength(1);
  await ask('none.example');
  expect(upstream.queries).toHaveLength(1);
});
