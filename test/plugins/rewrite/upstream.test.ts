import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readOptions } from '../../../src/wire/edns-options.ts';
import { decodeMessage, type DnsMessage } from '../../support/dns-message.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeUpstream, replyTo, silence, type UpstreamQuery } from '../../support/fake-upstream.ts';
import { clientSubnet, encodeQuery, type QueryOptions, type TypeOption } from '../../support/query.ts';
import { answerFromZone } from '../../support/zone-upstream.ts';
import { serviceEntry } from '../../semantics/case.ts';
import { InProcess, readObjects } from '../../semantics/in-process.ts';

const zone = `
  a.example. 60 IN A 192.0.2.1
  alias.example. 60 IN CNAME a.example.
  broken.example. SERVFAIL
`;
const objects = serviceEntry(
  'a',
  'hosts: [web.mesh], addresses: [10.0.0.1], ports: [{ number: 80, name: http, protocol: HTTP }]',
);

let upstream: FakeUpstream;
let clock: FakeClock;
const chains: InProcess[] = [];

beforeEach(async () => {
  clock = new FakeClock();
  upstream = await FakeUpstream.start(answerFromZone(zone));
});

afterEach(async () => {
  clock.advance(10_000);
  for (const chain of chains.splice(0)) await chain.close();
  await upstream.stop();
});

/** A server block with these lines, the registry and forward. */
function chainOf(lines: string): InProcess {
  const chain = new InProcess({ section: '', name: '', block: lines, queries: [] }, upstream.port, clock);
  chain.fill(readObjects(objects).objects);
  chains.push(chain);
  return chain;
}

async function ask(
  chain: InProcess,
  name: string,
  type: TypeOption = 'A',
  { from, ...options }: QueryOptions & { from?: string } = {},
): Promise<DnsMessage> {
  return decodeMessage(await chain.ask(encodeQuery(name, type, options), options.transport ?? 'udp', from));
}

/** The options of a query to the upstream, without our cookie: code and data in hexadecimal. */
function toldOptions({ bytes }: UpstreamQuery): string[] {
  const opt = bytes.indexOf(0, 12) + 1 + 4 + 11;
  return readOptions(bytes.subarray(opt))
    .filter(({ code }) => code !== 10)
    .map(({ code, data }) => `${code}:${Buffer.from(data).toString('hex')}`);
}

describe('names that are asked for in the place of others', () => {
  test('are answered from the registry', async () => {
    const chain = chainOf('rewrite name suffix .shop.test .mesh answer auto\nrewrite name short web.mesh');
    for (const edns of [false, true]) {
      expect(await ask(chain, 'Web.shop.test', 'A', { edns })).toMatchObject({
        rcode: 'NOERROR',
        flags: 'qr aa rd ra',
        questions: ['Web.shop.test. IN A'],
        answer: ['Web.shop.test. 30 IN A 10.0.0.1'],
      });
      expect((await ask(chain, 'short', 'A', { edns })).answer).toEqual(['short. 30 IN A 10.0.0.1']);
    }
    const nodata = await ask(chain, 'web.shop.test', 'AAAA');
    expect(nodata).toMatchObject({ rcode: 'NOERROR', questions: ['web.shop.test. IN AAAA'], answer: [] });
    const services = await ask(chain, '_http._tcp.web.shop.test', 'SRV');
    expect(services.answer).toEqual(['_http._tcp.web.shop.test. 30 IN SRV 0 100 80 web.shop.test.']);
    expect(services.additional).toEqual(['web.shop.test. 30 IN A 10.0.0.1']);
    expect(upstream.queries).toHaveLength(0);
  });

  test('are answered from upstream and from the cache, whatever the code', async () => {
    const chain = chainOf('cache\nrewrite name suffix .test .example answer auto');
    for (const transport of ['udp', 'tcp', 'udp'] as const) {
      expect((await ask(chain, 'A.test', 'A', { transport })).answer).toEqual(['A.test. 60 IN A 192.0.2.1']);
      const { answer } = await ask(chain, 'alias.test', 'A', { transport });
      expect(answer).toEqual(['alias.test. 60 IN CNAME a.test.', 'a.test. 60 IN A 192.0.2.1']);
      const denied = await ask(chain, 'nobody.test', 'A', { transport });
      expect(denied).toMatchObject({ rcode: 'NXDOMAIN', questions: ['nobody.test. IN A'] });
      const failed = await ask(chain, 'broken.test', 'A', { transport });
      expect(failed).toMatchObject({ rcode: 'SERVFAIL', questions: ['broken.test. IN A'] });
    }
    expect(new Set(upstream.queries.map(({ name }) => name))).toEqual(
      new Set(['a.example', 'alias.example', 'nobody.example', 'broken.example']),
    );
  });

  test('log has what the client has asked', async () => {
    const chain = chainOf('metadata\nlog . "{name} {type} {rcode} {/forward/upstream}"\nrewrite name a.test a.example');
    await ask(chain, 'a.test');
    expect(JSON.stringify(chain.logger.lines.at(-1))).toContain(`a.test. A NOERROR 127.0.0.1:${upstream.port}`);
  });
});

describe('options that rules set', () => {
  test('go upstream, and nothing else of the client’s', async () => {
    const chain = chainOf('rewrite edns0 local set 0xffee {client_ip}');
    const options = Uint8Array.of(0xff, 0xed, 0, 1, 7);
    for (const edns of [false, { options }]) {
      await ask(chain, 'a.example', 'A', { edns, from: '10.1.2.3' });
      expect(toldOptions(upstream.queries.at(-1)!)).toEqual(['65518:0a010203']);
    }
    expect(upstream.queries).toHaveLength(2);
  });

  test('of unset and revert', async () => {
    const chain = chainOf('rewrite continue edns0 nsid set revert\nrewrite edns0 local unset 0xffee');
    const reply = await ask(chain, 'a.example', 'A', { edns: { options: Uint8Array.of(0xff, 0xee, 0, 1, 7) } });
    expect(toldOptions(upstream.queries[0]!)).toEqual(['3:']);
    expect(reply.opt?.options).toBe(0);
  });

  test('tell the client’s subnet, also where forward does so itself', async () => {
    for (const block of ['', 'cache\n']) {
      const chain = chainOf(`${block}rewrite edns0 subnet set 24 56`);
      await ask(chain, 'a.example', 'A', { from: '10.1.2.3', edns: { options: clientSubnet('172.16.0.0/12') } });
      expect(toldOptions(upstream.queries.at(-1)!)).toEqual(['8:000118000a0102']);
    }
  });

  test('keep replies apart that are under way', async () => {
    upstream.behaviour = silence;
    const chain = chainOf('rewrite edns0 local set 0xffee {client_ip}');
    const replies = ['10.0.0.1', '10.0.0.2', '10.0.0.1'].map((from) => ask(chain, 'a.example', 'A', { from }));
    await upstream.received(2);
    await turn();
    expect(upstream.queries.map(toldOptions).flat().sort()).toEqual(['65518:0a000001', '65518:0a000002']);
    for (const query of upstream.queries) query.send(replyTo(query));
    await Promise.all(replies);
  });

  test('keep replies apart in the cache, and those with the same are kept', async () => {
    let count = 0;
    upstream.behaviour = (query) => answerFromZone(`a.example. 60 IN A 192.0.2.${++count}`)(query);
    const chain = chainOf('cache\nrewrite edns0 local set 0xffee {client_ip}');
    for (let round = 0; round < 2; round++) {
      for (const last of [1, 2, 3]) {
        const { answer } = await ask(chain, 'a.example', 'A', { from: `10.0.0.${last}` });
        expect(answer).toEqual([`a.example. 60 IN A 192.0.2.${last}`]);
      }
    }
    expect(upstream.queries).toHaveLength(3);
  });

  test('are told again by the cache, when it asks again on its own', async () => {
    const chain = chainOf('cache {\nserve_stale 1h immediate\n}\nrewrite edns0 local set 0xffee {client_ip}');
    await ask(chain, 'a.example', 'A', { from: '10.0.0.1' });
    clock.advance(61_000);
    await ask(chain, 'a.example', 'A', { from: '10.0.0.1' });
    await upstream.received(2);
    expect(upstream.queries.map(toldOptions)).toEqual([['65518:0a000001'], ['65518:0a000001']]);
  });
});
