import { decode } from 'dns-packet';
import { hostname } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import { nsidPlugin } from '../../../src/plugins/nsid/nsid.ts';
import { parseNsid } from '../../../src/plugins/nsid/parse.ts';
import { Problems } from '../../../src/corefile/problem.ts';
import type { Handler, ParseContext } from '../../../src/plugins/plugin.ts';
import { rcode, rrType } from '../../../src/wire/codes.ts';
import { writeRecord } from '../../../src/wire/record.ts';
import { beginReply, cutReply, emptyReply, endReply, roomForRecords } from '../../../src/wire/reply.ts';
import { askTcp, askUdp } from '../../support/dns-client.ts';
import { freePorts } from '../../support/free-ports.ts';
import { makeEnvironment, parseDirective } from '../../support/plugin.ts';
import { encodeQuery, makeQuery, replyBytes } from '../../support/query.ts';
import { startServer } from '../../support/running.ts';
import { FakeUpstream } from '../../support/fake-upstream.ts';

const nsid = Uint8Array.from([0, 3, 0, 0]);
const asking = { edns: { options: nsid } } as const;

/** The options of a reply, as code and text. */
function optionsOf(reply: Uint8Array): (readonly [number, string])[] {
  const { additionals = [] } = decode(Buffer.from(reply));
  return additionals.flatMap((record) =>
    record.type === 'OPT'
      ? record.options.map(
          (option) => [option.code, Buffer.from((option as { data: Buffer }).data).toString()] as const,
        )
      : [],
  );
}

describe('nsid in a Corefile', () => {
  it.each([
    ['nsid', hostname()],
    ['nsid ps0', 'ps0'],
    ['nsid "tf 2"', 'tf 2'],
    ['nsid Use The Force', 'Use The Force'],
    [`nsid ${'x'.repeat(128)}`, 'x'.repeat(128)],
  ])('%j', (line, data) => {
    expect(parseDirective(nsidPlugin, line)).toEqual({ config: { data }, problems: [] });
  });

  it.each([
    ['nsid a\nnsid b', /^Corefile:3:1: error: .*COREFILE_REPEATED/],
    ['nsid a {\nx\n}', /^Corefile:3:1: error: .*nsid takes no block/],
    ['nsid ""', /^Corefile:2:6: error: the data of nsid must have 1 to 128 octets, found 0/],
    [`nsid ${'x'.repeat(129)}`, /^Corefile:2:6: error: the data of nsid must have 1 to 128 octets, found 129/],
  ])('refuses %j', (lines, problem) => {
    expect(parseDirective(nsidPlugin, lines).problems).toEqual([expect.stringMatching(problem)]);
  });

  it('has a name where the machine has none', () => {
    expect(parseNsid([], { problems: new Problems() } as ParseContext, () => '')).toEqual({ data: 'localhost' });
  });
});

function ask(options: Parameters<typeof makeQuery>[2], next: Handler): Uint8Array {
  const handler = nsidPlugin.query.create({ data: 'ns-1' }, makeEnvironment(), next);
  const query = makeQuery('example.org', 'TXT', options);
  const limit = query.replyLimit;
  const length = handler(query) as number;
  expect(query.replyLimit).toBe(limit);
  expect(length).toBeLessThanOrEqual(limit);
  return replyBytes(query, length);
}

/** As many records of 100 octets as there is room for. */
const full: Handler = (query) => {
  let at = beginReply(query, rcode.NOERROR, false);
  let answers = 0;
  while (roomForRecords(query, at) >= 100) {
    at = writeRecord(query, at, 0, rrType.TXT, 0, new Uint8Array(88));
    answers++;
  }
  cutReply(query);
  return endReply(query, at, answers, 0, 0);
};

describe('nsid', () => {
  it.each([
    ['no EDNS', {}, []],
    ['no option', { edns: true }, []],
    ['another option', { edns: { options: Uint8Array.from([0, 10, 0, 1, 3]) } }, []],
    ['the option', asking, [[3, 'ns-1']]],
    ['the option behind another', { edns: { options: Uint8Array.from([0, 10, 0, 1, 3, ...nsid]) } }, [[3, 'ns-1']]],
    ['the option with data', { edns: { options: Uint8Array.from([0, 3, 0, 1, 65]) } }, [[3, 'ns-1']]],
  ])('%s', (_, options, expected) => {
    expect(optionsOf(ask(options, (query) => emptyReply(query, rcode.NXDOMAIN)))).toEqual(expected);
  });

  it('has room in a reply that is full', () => {
    for (const payload of [512, 530, 600, 1232]) {
      const reply = ask({ edns: { options: nsid, payload } }, full);
      expect(optionsOf(reply)).toEqual([[3, 'ns-1']]);
    }
  });

  it('adds nothing where there is no reply', () => {
    expect(ask(asking, () => 0)).toHaveLength(0);
  });
});

describe('a server with nsid', () => {
  it('names itself in all replies, and neither asks upstreams for their names nor hands them on', async () => {
    const [port = 0] = await freePorts(1);
    const upstream = await FakeUpstream.start();
    onTestFinished(() => upstream.stop());
    await startServer(
      `.:${port} {\nbind 127.0.0.1\nbufsize 600\nnsid here\nacl refused.test {\nblock\n}\ncache\nforward . 127.0.0.1:${upstream.port}\n}`,
    );
    const ask = (name: string, options: object = asking) => askUdp(port, encodeQuery(name, 'A', options));
    for (const name of ['forwarded.test', 'forwarded.test']) expect(optionsOf(await ask(name))).toEqual([[3, 'here']]);
    expect(optionsOf(await ask('refused.test'))).toEqual([
      [15, '\0\x0f'],
      [3, 'here'],
    ]);
    expect(optionsOf(await ask('forwarded.test', { edns: true }))).toEqual([]);
    expect(optionsOf(await askTcp(port, encodeQuery('forwarded.test', 'A', asking)))).toEqual([[3, 'here']]);
    for (const query of upstream.queries) expect(optionsOf(query.bytes).map(([code]) => code)).not.toContain(3);
    expect(upstream.queries.length).toBeGreaterThan(0);
  });
});
