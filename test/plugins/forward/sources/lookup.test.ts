import { expect, onTestFinished, test } from 'vitest';
import { lookUp } from '../../../../src/plugins/forward/sources/lookup.ts';
import {
  addressRecord,
  answer,
  FakeUpstream,
  replyTo,
  silence,
  type Behaviour,
} from '../../../support/fake-upstream.ts';

async function startServer(behaviour: Behaviour): Promise<string> {
  const upstream = await FakeUpstream.start(behaviour);
  onTestFinished(() => upstream.stop());
  return `127.0.0.1:${upstream.port}`;
}

const never = new AbortController().signal;

test('gives the addresses of both families with their smallest TTL', async () => {
  const server = await startServer((query) => {
    const { name } = query;
    const answers =
      query.packet.questions?.[0]?.type === 'A'
        ? [addressRecord(name, '192.0.2.1'), { ...addressRecord(name, '192.0.2.2'), ttl: 7 } as const]
        : [{ type: 'AAAA', name, ttl: 9, data: '2001:db8::1' } as const];
    query.send(replyTo(query, { answers }));
  });
  const [ipv4, ipv6] = await lookUp('dns.example', [server], never);
  expect('addresses' in ipv4 && [...ipv4.addresses].sort()).toEqual(['192.0.2.1', '192.0.2.2']);
  expect(ipv4).toMatchObject({ ttlMs: 7000 });
  expect(ipv6).toEqual({ addresses: ['2001:db8::1'], ttlMs: 9000 });
});

test.each<[rcode: number, found: { reason: string; isNone: boolean }]>([
  [0, { reason: 'it has no address', isNone: true }],
  [2, { reason: 'SERVFAIL', isNone: false }],
  [3, { reason: 'there is no such name', isNone: true }],
  [5, { reason: 'REFUSED', isNone: false }],
])('says what a reply with code %i means', async (rcode, found) => {
  const server = await startServer(answer({ answers: [] }, rcode));
  expect(await lookUp('dns.example', [server], never)).toEqual([found, found]);
});

test('says that nobody listens there', async () => {
  const upstream = await FakeUpstream.start();
  await upstream.stop();
  const found = { reason: 'the connection was refused', isNone: false };
  expect(await lookUp('dns.example', [`127.0.0.1:${upstream.port}`], never)).toEqual([found, found]);
});

test('does not reject where a server cannot be set', async () => {
  const [ipv4] = await lookUp('dns.example', ['nobody'], never);
  expect(ipv4).toMatchObject({ isNone: false, reason: expect.stringContaining('nobody') as string });
});

test('ends when it is told to', async () => {
  const upstream = await FakeUpstream.start(silence);
  onTestFinished(() => upstream.stop());
  const stopped = new AbortController();
  const found = lookUp('dns.example', [`127.0.0.1:${upstream.port}`], stopped.signal);
  await upstream.received(2);
  stopped.abort();
  expect(await found).toMatchObject([{ isNone: false }, { isNone: false }]);
});
