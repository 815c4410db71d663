import { constants, type SecureServerOptions } from 'node:http2';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ForwardLine, UpstreamAddress } from '../../../src/plugins/forward/config.ts';
import {
  FakeHttpsUpstream,
  type HttpsBehaviour,
  type HttpsQuery,
  httpsReplyTo,
} from '../../support/fake-https-upstream.ts';
import { addressRecord, FakeUpstream, silence } from '../../support/fake-upstream.ts';
import { makeQuery } from '../../support/query.ts';
import { cert, key } from '../../support/tls/files.ts';
import { addresses, addressOf, Harness, line, type Reply } from './harness.ts';

const serverTls: SecureServerOptions = { cert: cert('server'), key: key('server') };
const answer: HttpsBehaviour = (query) => query.send(httpsReplyTo(query));

const started: { stop(): Promise<void> }[] = [];
const harnesses: Harness[] = [];

async function serve(tls: SecureServerOptions = serverTls, behaviour: HttpsBehaviour = answer) {
  const upstream = await FakeHttpsUpstream.start(behaviour, tls);
  started.push(upstream);
  return upstream;
}

async function servePlain(): Promise<FakeUpstream> {
  const plain = await FakeUpstream.start();
  started.push(plain);
  return plain;
}

function overHttps({ address, port }: { address: string; port: number }, serverName?: string): UpstreamAddress {
  return { protocol: 'https', address, port, family: 4, ...(serverName !== undefined && { serverName }) };
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

let upstream: FakeHttpsUpstream;

beforeEach(async () => {
  upstream = await serve();
});

afterEach(async () => {
  for (const each of started.splice(0)) await each.stop();
  for (const harness of harnesses.splice(0)) await harness.close();
});

describe('a query', () => {
  test.each(['POST', 'GET'] as const)('is a %s request, with the ID 0', async (dohMethod) => {
    const harness = chain([overHttps(upstream)], { dohMethod });
    const query = makeQuery('example.org', 'A', { id: 4711 });
    const reply = await harness.resolve(query);
    expect(addresses(reply)).toEqual(['192.0.2.1']);
    expect(reply.id).toBe(4711);
    const [asked] = upstream.queries;
    expect(asked).toMatchObject({ id: 0, name: 'example.org' });
    expect(asked!.headers).toMatchObject({
      ':method': dohMethod,
      ':scheme': 'https',
      ':authority': `127.0.0.1:${upstream.port}`,
      accept: 'application/dns-message',
    });
    const type = { 'content-type': 'application/dns-message', 'content-length': String(asked!.bytes.length) };
    if (dohMethod === 'POST') expect(asked!.headers).toMatchObject({ ':path': '/dns-query', ...type });
    else expect(asked!.headers[':path']).toMatch(/^\/dns-query\?dns=[A-Za-z0-9_-]+$/);
  });

  test('names the server as its certificate does', async () => {
    await resolve(chain([overHttps(upstream, 'dns.example')]), 'example.org');
    expect(upstream.queries[0]!.headers[':authority']).toBe(`dns.example:${upstream.port}`);
  });

  test('with EDNS is padded to a multiple of 128 octets', async () => {
    const harness = chain([overHttps(upstream)]);
    for (const name of ['a.org', `${'a'.repeat(60)}.${'b'.repeat(60)}.example.org`]) {
      await harness.resolve(makeQuery(name, 'A', { edns: true }));
    }
    expect(upstream.queries.map(({ bytes }) => bytes.length)).toEqual([128, 256]);
  });
});

test.each(['udp', 'tcp', 'tls'] as const)('a %s client is forwarded over HTTPS', async (transport) => {
  const reply = await chain([overHttps(upstream)]).resolve(makeQuery('example.org', 'A', { transport }));
  expect(addresses(reply)).toEqual(['192.0.2.1']);
});

describe('a connection', () => {
  test('carries many queries at a time, answered in any order', async () => {
    const waiting: HttpsQuery[] = [];
    upstream.behaviour = (query) => waiting.push(query);
    const harness = chain([overHttps(upstream)]);
    const outcomes = Array.from({ length: 90 }, (_, i) => resolve(harness, `n${i}.org`));
    await upstream.received(90);
    expect(upstream.connections).toBe(1);
    for (const query of waiting.reverse()) {
      const last = Number(query.name.slice(1, -4)) + 100;
      query.send(httpsReplyTo(query, [addressRecord(query.name, `192.0.2.${last}`)]));
    }
    const replies = await Promise.all(outcomes);
    expect(replies.map(addresses)).toEqual(Array.from({ length: 90 }, (_, i) => [`192.0.2.${i + 100}`]));
  });

  test('takes no more queries than `max_queries`, and is closed then', async () => {
    const harness = chain([overHttps(upstream)], { maxQueries: 3 });
    for (let i = 0; i < 9; i++) await resolve(harness, `n${i}.org`);
    expect(upstream.connections).toBe(3);
    await upstream.open(0);
  });

  test('is closed when idle for `expire`, and leaves no timer', async () => {
    const harness = chain([overHttps(upstream)]);
    await resolve(harness, 'a.org');
    harness.clock.advance(10_100);
    await upstream.open(0);
    await turn();
    expect(harness.clock.pending).toBe(0);
  });

  test('resumes the session of the one before it', async () => {
    const harness = chain([overHttps(upstream)], { maxQueries: 1 });
    for (let i = 0; i < 3; i++) {
      await resolve(harness, `n${i}.org`);
      await upstream.open(0);
    }
    expect(upstream.resumed).toBe(2);
  });

  test('over which a reply was late is not used again', async () => {
    const harness = chain([overHttps(upstream)]);
    upstream.behaviour = () => undefined;
    const outcome = resolve(harness, 'a.org');
    await upstream.received(1);
    harness.clock.advance(2100);
    expect((await outcome).rcode).toBe('SERVFAIL');
    upstream.behaviour = answer;
    await resolve(harness, 'b.org');
    expect(upstream.connections).toBe(2);
    await upstream.open(1);
  });

  test('that the upstream ends with GOAWAY answers what it has, and takes no more', async () => {
    const harness = chain([overHttps(upstream)]);
    const waiting: HttpsQuery[] = [];
    upstream.behaviour = (query) => waiting.push(query);
    const first = resolve(harness, 'a.org');
    await upstream.received(1);
    waiting[0]!.session.goaway(constants.NGHTTP2_NO_ERROR);
    upstream.behaviour = answer;
    // The frame needs its time.
    while (upstream.connections < 2) {
      await resolve(harness, 'b.org');
      await turn();
    }
    waiting[0]!.send(httpsReplyTo(waiting[0]!));
    expect(addresses(await first)).toEqual(['192.0.2.1']);
    await upstream.open(1);
  });

  test('asks again over another one what a GOAWAY leaves out', async () => {
    const harness = chain([overHttps(upstream)], { maxFails: 1 });
    const waiting: HttpsQuery[] = [];
    upstream.behaviour = (query) => waiting.push(query);
    const replies = Promise.all(['a.org', 'b.org', 'c.org'].map((name) => resolve(harness, name)));
    await upstream.received(3);
    upstream.behaviour = answer;
    waiting[0]!.session.goaway(constants.NGHTTP2_NO_ERROR, waiting[0]!.stream.id);
    await upstream.received(5);
    waiting[0]!.send(httpsReplyTo(waiting[0]!));
    for (const reply of await replies) expect(addresses(reply)).toEqual(['192.0.2.1']);
    expect(upstream.connections).toBe(2);
    expect(
      upstream.queries
        .map(({ name }) => name)
        .slice(3)
        .sort(),
    ).toEqual(['b.org', 'c.org']);
    expect(harness.logger.lines).toEqual([]);
  });

  test('that ends with an error fails the query that was alone on it, in words', async () => {
    upstream.behaviour = (query) => query.session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    expect(await errorOf(chain([overHttps(upstream)]))).toMatch(
      /: the server ended the HTTP\/2 connection with the code \w+$/,
    );
  });

  test('whose stream is refused is asked again over another one', async () => {
    const harness = chain([overHttps(upstream)], { maxFails: 1 });
    upstream.behaviour = (query) => {
      if (query.index === 0) query.stream.close(constants.NGHTTP2_REFUSED_STREAM);
      else query.send(httpsReplyTo(query));
    };
    expect(addresses(await resolve(harness, 'a.org'))).toEqual(['192.0.2.1']);
    expect(harness.logger.lines).toEqual([]);
  });

  test('that breaks while it is idle costs a query nothing', async () => {
    const harness = chain([overHttps(upstream)], { maxFails: 1 });
    await resolve(harness, 'a.org');
    upstream.queries[0]!.session.destroy();
    await upstream.open(0);
    expect(addresses(await resolve(harness, 'b.org'))).toEqual(['192.0.2.1']);
    expect(upstream.connections).toBe(2);
    expect(harness.logger.lines).toEqual([]);
  });

  test('that breaks under a query is replaced by another', async () => {
    const harness = chain([overHttps(upstream)], { maxFails: 1 });
    await resolve(harness, 'a.org');
    upstream.behaviour = (query) => {
      if (query.index === 1) query.session.destroy();
      else query.send(httpsReplyTo(query));
    };
    expect(addresses(await resolve(harness, 'b.org'))).toEqual(['192.0.2.1']);
    expect(upstream.connections).toBe(2);
  });
});

describe('a reply', () => {
  const bad: { what: string; says: string; behaviour: HttpsBehaviour }[] = [
    {
      what: 'with another status',
      says: 'HTTP status 503',
      behaviour: (query) => query.send(httpsReplyTo(query), { ':status': 503 }),
    },
    {
      what: 'that leads elsewhere',
      says: 'HTTP status 302',
      behaviour: (query) => query.send(new Uint8Array(), { ':status': 302, location: '/other' }),
    },
    {
      what: 'of another type',
      says: 'HTTP content type text/html; charset=utf-8, not application/dns-message',
      behaviour: (query) => query.send(httpsReplyTo(query), { 'content-type': 'text/html; charset=utf-8' }),
    },
    {
      what: 'that is empty',
      says: 'malformed reply: only 0 octets',
      behaviour: (query) => query.send(new Uint8Array()),
    },
    {
      what: 'that is too long',
      says: 'an HTTP body of more than 65535 octets',
      behaviour: (query) => query.send(Buffer.concat([httpsReplyTo(query), Buffer.alloc(65_536)])),
    },
    {
      what: 'with another ID',
      says: 'malformed reply: another ID',
      behaviour: (query) => query.send(Buffer.concat([Buffer.from([0, 1]), httpsReplyTo(query).subarray(2)])),
    },
    {
      what: 'to another question',
      says: 'malformed reply: another question',
      behaviour: (query) => {
        const message = httpsReplyTo(query);
        message[13]! ^= 1;
        query.send(message);
      },
    },
    {
      what: 'of another class',
      says: 'malformed reply: another question',
      behaviour: (query) => {
        const message = httpsReplyTo(query);
        message[12 + 'example.org'.length + 2 + 3] = 3;
        query.send(message);
      },
    },
    {
      what: 'whose stream is reset',
      says: 'the server ended the HTTP/2 stream with the code NGHTTP2_INTERNAL_ERROR',
      behaviour: (query) => query.stream.close(constants.NGHTTP2_INTERNAL_ERROR),
    },
    {
      what: 'that is cut in the middle',
      says: 'connection closed by the upstream',
      behaviour: (query) => {
        const message = httpsReplyTo(query);
        query.stream.respond({ ':status': 200, 'content-type': 'application/dns-message' });
        query.stream.write(message.subarray(0, 20), () => query.session.destroy());
      },
    },
  ];

  test.each(bad)('$what is none, and the next upstream is asked', async ({ says, behaviour }) => {
    upstream.behaviour = behaviour;
    expect(await errorOf(chain([overHttps(upstream)]))).toBe(`forward: 127.0.0.1:${upstream.port}: ${says}`);
    const plain = await servePlain();
    const both = chain([overHttps(upstream), addressOf(plain)]);
    expect(addresses(await resolve(both, 'example.org'))).toEqual(['192.0.2.1']);
  });

  test('out of an HTTP cache has had its age', async () => {
    upstream.behaviour = (query) => query.send(httpsReplyTo(query), { age: '20' });
    const reply = await resolve(chain([overHttps(upstream)]), 'example.org');
    expect(reply.answers).toMatchObject([{ ttl: 40 }]);
    upstream.behaviour = (query) => query.send(httpsReplyTo(query), { age: '100' });
    expect((await resolve(chain([overHttps(upstream)]), 'example.org')).answers).toMatchObject([{ ttl: 0 }]);
  });

  test('may have nearly 64 KiB', async () => {
    upstream.behaviour = (query) => {
      const text = { type: 'TXT' as const, name: '.', ttl: 1, data: [Buffer.alloc(255), Buffer.alloc(255)] };
      query.send(
        httpsReplyTo(
          query,
          Array.from({ length: 125 }, () => text),
        ),
      );
    };
    const query = makeQuery('example.org', 'TXT', { transport: 'tcp' });
    expect((await chain([overHttps(upstream)]).resolve(query)).answers).toHaveLength(125);
  });
});

describe('a server', () => {
  test('with a certificate for another name gets no query', async () => {
    expect(await errorOf(chain([overHttps(upstream, 'other.example')]))).toMatch(
      /: the certificate is for dns\.example, .*, and not for other\.example$/,
    );
    expect(upstream.queries).toEqual([]);
    expect(upstream.connections).toBeLessThanOrEqual(1);
  });

  test('without HTTP/2 is named as such', async () => {
    const dot = await FakeUpstream.start(silence, '127.0.0.1', serverTls);
    started.push(dot);
    expect(await errorOf(chain([overHttps(dot)]))).toBe(
      `forward: 127.0.0.1:${dot.port}: the server does not speak HTTP/2`,
    );
  });

  test('that says in the handshake that it speaks something else is named as such', async () => {
    const dot = await FakeUpstream.start(silence, '127.0.0.1', { ...serverTls, ALPNProtocols: ['dot'] });
    started.push(dot);
    expect(await errorOf(chain([overHttps(dot)]))).toBe(
      `forward: 127.0.0.1:${dot.port}: the server does not serve this protocol over TLS`,
    );
  });

  test('that does not end the handshake has half of the time', async () => {
    const silent = await FakeUpstream.start(silence);
    started.push(silent);
    const harness = chain([overHttps(silent), overHttps(upstream)]);
    const reply = resolve(harness, 'example.org');
    await silent.open(1);
    harness.clock.advance(1040);
    expect(addresses(await reply)).toEqual(['192.0.2.1']);
    await silent.open(0);
  });
});
