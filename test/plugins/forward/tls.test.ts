import type { TlsOptions } from 'node:tls';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ForwardLine, UpstreamAddress } from '../../../src/plugins/forward/config.ts';
import {
  addressRecord,
  answer,
  type Behaviour,
  FakeUpstream,
  framed,
  replyTo,
  silence,
  type UpstreamQuery,
} from '../../support/fake-upstream.ts';
import { makeQuery } from '../../support/query.ts';
import { cert, key } from '../../support/tls/files.ts';
import { addresses, addressOf, Harness, line, type Reply } from './harness.ts';

const serverTls: TlsOptions = { cert: cert('server'), key: key('server'), ALPNProtocols: ['dot'] };

const upstreams: FakeUpstream[] = [];
const harnesses: Harness[] = [];

async function serve(tls: TlsOptions = serverTls, behaviour: Behaviour = answer()): Promise<FakeUpstream> {
  const upstream = await FakeUpstream.start(behaviour, '127.0.0.1', tls);
  upstreams.push(upstream);
  return upstream;
}

function overTls(upstream: FakeUpstream, serverName?: string): UpstreamAddress {
  return { ...addressOf(upstream), protocol: 'tls', ...(serverName !== undefined && { serverName }) };
}

/** A line that sends to these upstreams and trusts the CA of the tests. */
function chain(to: readonly UpstreamAddress[], changes: Partial<ForwardLine> = {}): Harness {
  const harness = new Harness(line([], { upstreams: to, tls: { ca: cert('ca') }, ...changes }));
  harnesses.push(harness);
  return harness;
}

async function resolve(harness: Harness, name: string): Promise<Reply> {
  return harness.resolve(makeQuery(name, 'A'));
}

/** The error that a client's query ends with. */
async function errorOf(harness: Harness): Promise<string | undefined> {
  const query = makeQuery('example.org', 'A');
  expect((await harness.resolve(query)).rcode).toBe('SERVFAIL');
  return query.error;
}

let upstream: FakeUpstream;

beforeEach(async () => {
  upstream = await serve();
});

afterEach(async () => {
  for (const each of upstreams.splice(0)) await each.stop();
  for (const harness of harnesses.splice(0)) await harness.close();
});

test.each(['udp', 'tcp', 'tls'] as const)('a %s client is forwarded over TLS', async (transport) => {
  const harness = chain([overTls(upstream)]);
  const reply = await harness.resolve(makeQuery('example.org', 'A', { transport }));
  expect(addresses(reply)).toEqual(['192.0.2.1']);
  expect(upstream.queries.map((query) => query.transport)).toEqual(['tls']);
});

test('prefer_udp does not lead past TLS', async () => {
  const harness = chain([overTls(upstream)], { preferUdp: true });
  expect(addresses(await resolve(harness, 'example.org'))).toEqual(['192.0.2.1']);
  expect(upstream.queries.map((query) => query.transport)).toEqual(['tls']);
});

test('a query with EDNS is padded to a multiple of 128 octets, and one without is not', async () => {
  const harness = chain([overTls(upstream)]);
  const names = ['a.org', `${'a'.repeat(60)}.${'b'.repeat(60)}.example.org`];
  for (const name of names) await harness.resolve(makeQuery(name, 'A', { edns: true }));
  await harness.resolve(makeQuery('b.org', 'A'));
  expect(upstream.queries.map(({ bytes }) => bytes.length)).toEqual([128, 256, 23]);
  const [opt] = upstream.queries[0]!.packet.additionals ?? [];
  expect(opt).toMatchObject({ type: 'OPT', options: [{ code: 12, data: Buffer.alloc(128 - 23 - 11 - 4) }] });
});

describe('a connection', () => {
  test('carries several queries at a time, answered in any order', async () => {
    const waiting: UpstreamQuery[] = [];
    upstream.behaviour = (query) => waiting.push(query);
    const harness = chain([overTls(upstream)]);
    const outcomes = Array.from({ length: 10 }, (_, i) => resolve(harness, `n${i}.org`));
    await upstream.received(10);
    expect(upstream.connections).toBe(1);
    for (const query of waiting.reverse()) {
      query.send(replyTo(query, { answers: [addressRecord(query.name, `192.0.2.${Number(query.name[1]) + 100}`)] }));
    }
    const replies = await Promise.all(outcomes);
    expect(replies.map(addresses)).toEqual(Array.from({ length: 10 }, (_, i) => [`192.0.2.${i + 100}`]));
  });

  test('sends what comes together in one record, and the last of it in another', async () => {
    const harness = chain([overTls(upstream)]);
    await Promise.all(Array.from({ length: 10 }, (_, i) => resolve(harness, `a${i}.org`)));
    await Promise.all(Array.from({ length: 10 }, (_, i) => resolve(harness, `b${i}.org`)));
    await resolve(harness, 'c.org');
    expect(upstream.connections).toBe(1);
    expect(upstream.together).toEqual([9, 1, 9, 1, 1]);
  });

  test('is shared by what comes together where there are several', async () => {
    const waiting: UpstreamQuery[] = [];
    upstream.behaviour = (query) => waiting.push(query);
    const harness = chain([overTls(upstream)]);
    const first = Array.from({ length: 32 }, (_, i) => resolve(harness, `a${i}.org`));
    await upstream.received(32);
    for (const query of waiting.splice(0)) query.send(replyTo(query));
    await Promise.all(first);
    expect(upstream.connections).toBe(2);
    harness.clock.advance(10);
    const second = Array.from({ length: 10 }, (_, i) => resolve(harness, `b${i}.org`));
    await upstream.received(42);
    expect(new Set(waiting.map(({ port }) => port)).size).toBe(1);
    for (const query of waiting) query.send(replyTo(query));
    await Promise.all(second);
  });

  test('is waited for by a burst: no more than 4 handshakes are under way', async () => {
    const harness = chain([overTls(upstream)]);
    const replies = await Promise.all(Array.from({ length: 200 }, (_, i) => resolve(harness, `n${i}.org`)));
    for (const reply of replies) expect(addresses(reply)).toEqual(['192.0.2.1']);
    expect(upstream.connections).toBeLessThanOrEqual(4);
    expect(harness.logger.lines).toEqual([]);
  });

  test('takes no more queries than `max_queries`', async () => {
    const harness = chain([overTls(upstream)], { maxQueries: 3 });
    for (let i = 0; i < 9; i++) await resolve(harness, `n${i}.org`);
    expect(upstream.connections).toBe(3);
    await upstream.open(0);
  });

  test('is closed at `max_age`, when its last reply is in', async () => {
    const harness = chain([overTls(upstream)], { maxAgeMs: 1000, idleTimeoutMs: 1000 });
    upstream.behaviour = silence;
    const first = resolve(harness, 'a.org');
    await upstream.received(1);
    harness.clock.advance(1100);
    upstream.behaviour = answer();
    await resolve(harness, 'b.org');
    expect(upstream.connections).toBe(2);
    upstream.queries[0]!.send(replyTo(upstream.queries[0]!));
    expect(addresses(await first)).toEqual(['192.0.2.1']);
    await upstream.open(1);
  });

  test('is closed when idle for `expire`, and leaves no timer', async () => {
    const harness = chain([overTls(upstream)]);
    await resolve(harness, 'a.org');
    harness.clock.advance(10_100);
    await upstream.open(0);
    await turn();
    expect(harness.clock.pending).toBe(0);
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('resumes the session of the one before it, over %s', async (version) => {
    const server = await serve({ ...serverTls, minVersion: version, maxVersion: version });
    const harness = chain([overTls(server)], { maxQueries: 1 });
    for (let i = 0; i < 3; i++) {
      await resolve(harness, `n${i}.org`);
      await server.open(0);
    }
    expect(server.connections).toBe(3);
    expect(server.resumed).toBe(2);
  });

  test('shows our certificate where `tls` has one', async () => {
    const server = await serve({ ...serverTls, ca: cert('ca'), requestCert: true, rejectUnauthorized: true });
    const tls = { ca: cert('ca'), cert: cert('client'), key: key('client') };
    expect(addresses(await resolve(chain([overTls(server)], { tls }), 'a.org'))).toEqual(['192.0.2.1']);
    expect(await errorOf(chain([overTls(server)]))).toBe(
      `forward: 127.0.0.1:${server.port}: the server asks for a certificate of ours`,
    );
  });
});

test('the name of the certificate goes out as SNI, and an address does not', async () => {
  const names: string[] = [];
  const server = await serve({
    ...serverTls,
    SNICallback: (name, done) => {
      names.push(name);
      done(null);
    },
  });
  await resolve(chain([overTls(server, 'dns.example')]), 'a.org');
  await resolve(chain([overTls(server, '127.0.0.1')]), 'b.org');
  await resolve(chain([overTls(server)]), 'c.org');
  expect(server.queries).toHaveLength(3);
  expect(names).toEqual(['dns.example']);
});

describe('a certificate', () => {
  const names = 'dns.example, 127.0.0.1, 0:0:0:0:0:0:0:1';
  const stranger: TlsOptions = { cert: cert('stranger'), key: key('stranger') };
  const rows: { what: string; tls: TlsOptions; serverName?: string; ca?: string; says: string }[] = [
    {
      what: 'for another name',
      tls: serverTls,
      serverName: 'other.example',
      says: `the certificate is for ${names}, and not for other.example`,
    },
    {
      what: 'for another address',
      tls: serverTls,
      serverName: '192.0.2.1',
      says: `the certificate is for ${names}, and not for 192.0.2.1`,
    },
    {
      what: 'that has expired',
      tls: { cert: cert('expired'), key: key('server') },
      serverName: 'dns.example',
      says: 'the certificate of dns.example expired on 2020-02-01',
    },
    {
      what: 'that is signed by itself',
      tls: stranger,
      serverName: 'stranger.example',
      says: 'the certificate of stranger.example is signed by itself, and no CA that is trusted',
    },
    {
      what: 'of a CA that is not trusted',
      tls: serverTls,
      ca: cert('stranger'),
      says: `the certificate of ${names} is signed by Test CA, which is no CA that is trusted`,
    },
  ];

  test.each(rows)('$what gets no query, and the next upstream is asked', async ({ tls, serverName, ca, says }) => {
    const bad = await serve(tls);
    const line = { ...(ca !== undefined && { tls: { ca } }), maxFails: 1 };
    const harness = chain([overTls(bad, serverName)], line);
    expect(await errorOf(harness)).toBe(`forward: 127.0.0.1:${bad.port}: ${says}`);
    expect(harness.logger.lines.map(({ message }) => message).join()).toContain(
      `127.0.0.1:${bad.port} is down: ${says}`,
    );

    const plain = await FakeUpstream.start();
    upstreams.push(plain);
    const both = chain([overTls(bad, serverName), addressOf(plain)], line);
    expect(addresses(await resolve(both, 'example.org'))).toEqual(['192.0.2.1']);
    expect(bad.queries).toEqual([]);
  });

  test('that is replaced by a wrong one is seen although the session could be resumed', async () => {
    const harness = chain([overTls(upstream, 'dns.example')], { maxQueries: 1 });
    await resolve(harness, 'a.org');
    await upstream.open(0);
    upstream.useCertificate({ cert: cert('stranger'), key: key('stranger') });
    expect(await errorOf(harness)).toMatch(/the certificate of stranger\.example is signed by itself/);
  });
});

describe('an upstream', () => {
  test('that does not end the handshake has half of the time', async () => {
    // It takes the octets of TLS for the beginning of a long message.
    const silent = await FakeUpstream.start(silence);
    upstreams.push(silent);
    const harness = chain([overTls(silent), overTls(upstream)], { readTimeoutMs: 2000, maxFails: 1 });
    const reply = resolve(harness, 'example.org');
    await silent.open(1);
    harness.clock.advance(980);
    await turn();
    expect(upstream.queries).toEqual([]);
    harness.clock.advance(60);
    expect(addresses(await reply)).toEqual(['192.0.2.1']);
    expect(harness.logger.lines.map(({ message }) => message).join()).toContain(
      `127.0.0.1:${silent.port} is down: no TLS connection in 1000 ms`,
    );
    await silent.open(0);
  });

  test('that does not speak TLS is named as such', async () => {
    const plain = await FakeUpstream.start(silence);
    upstreams.push(plain);
    plain.greeting = Buffer.from('SSH-2.0-OpenSSH_9.9\r\n');
    expect(await errorOf(chain([overTls(plain)]))).toBe(
      `forward: 127.0.0.1:${plain.port}: the server does not speak TLS`,
    );
  });

  test('that closes in the handshake is named as such', async () => {
    const plain = await FakeUpstream.start(silence);
    upstreams.push(plain);
    plain.greeting = 'close';
    expect(await errorOf(chain([overTls(plain)]))).toBe(
      `forward: 127.0.0.1:${plain.port}: connection closed during the TLS handshake`,
    );
  });

  test('that cuts the connection in the middle of a message is left for the next one', async () => {
    upstream.behaviour = (query) => {
      query.sendRaw(framed(replyTo(query)).subarray(0, 20));
      query.disconnect();
    };
    const says = 'connection closed by the upstream in the middle of a message';
    const harness = chain([overTls(upstream)], { maxFails: 1 });
    expect(await errorOf(harness)).toBe(`forward: 127.0.0.1:${upstream.port}: ${says}`);
    const other = await serve();
    expect(addresses(await resolve(chain([overTls(upstream), overTls(other)]), 'example.org'))).toEqual(['192.0.2.1']);
  });

  test('that closed the connection while it was idle costs a query nothing', async () => {
    const harness = chain([overTls(upstream)], { maxFails: 1 });
    await resolve(harness, 'a.org');
    upstream.behaviour = (query) => {
      if (query.index === 1) query.disconnect();
      else query.send(replyTo(query));
    };
    expect(addresses(await resolve(harness, 'b.org'))).toEqual(['192.0.2.1']);
    expect(upstream.connections).toBe(2);
    expect(harness.logger.lines).toEqual([]);
  });
});
