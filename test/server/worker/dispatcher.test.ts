import { decode } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import type { Handler } from '../../../src/plugins/plugin.ts';
import type { Chain } from '../../../src/server/worker/chain.ts';
import { Dispatcher } from '../../../src/server/worker/dispatcher.ts';
import { counter, makeCounters } from '../../../src/server/counters.ts';
import { headerFlag, rcode } from '../../../src/wire/codes.ts';
import { metadataOf, QueryMetadata } from '../../../src/wire/metadata.ts';
import { Query } from '../../../src/wire/query.ts';
import { emptyReply } from '../../../src/wire/reply.ts';
import { encodeQuery, makeQuery, replyBytes, type QueryOptions, type TypeOption } from '../../support/query.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';
import { message, nameOf, opt, question, record } from '../../wire/support.ts';
import { ScriptedChain } from '../harness.ts';

function open(chains: Readonly<Record<string, Handler>>, recursive: readonly string[] = []) {
  const counters = new Float64Array(makeCounters());
  const logger = new RecordingLogger();
  const list = Object.entries(chains).map(([zone, handler]): [string, Chain] => [
    zone,
    { handler, recursionAvailable: recursive.includes(zone) },
  ]);
  const dispatcher = new Dispatcher(list, counters, logger);
  const answer = (octets: Uint8Array, transport: 'udp' | 'tcp' = 'udp') => {
    const query = new Query(3);
    query.bytes = octets;
    query.end = octets.length;
    query.out = new Uint8Array(65_535);
    query.transport = transport;
    return { query, outcome: dispatcher.answer(query) };
  };
  const ask = async (name: string, type: TypeOption = 'A', options: QueryOptions = {}) => {
    const { query, outcome } = answer(encodeQuery(name, type, options), options.transport === 'tcp' ? 'tcp' : 'udp');
    const length = await outcome;
    const octets = Buffer.from(replyBytes(query, length));
    return { octets, query, packet: length === 0 ? undefined : decode(octets) };
  };
  const count = (name: keyof typeof counter): number => counters[counter[name]]!;
  return { dispatcher, answer, ask, count, logger };
}

/** Answers with the code, which says which block it was. */
const says =
  (code: number): Handler =>
  (query) =>
    emptyReply(query, code);

describe('routing', () => {
  const blocks = { 'example.org.': says(1), 'a.example.org.': says(2), 'org.': says(3), 'b.example.org.': says(4) };

  test.each<[name: string, type: TypeOption, code: number]>([
    ['example.org', 'A', 1],
    ['www.Example.ORG', 'A', 1],
    ['a.example.org', 'A', 2],
    ['x.y.A.example.org', 'AAAA', 2],
    ['org', 'A', 3],
    ['example.net.org', 'A', 3],
    ['xexample.org', 'A', 3],
    // RFC 4035 section 3.1.4.1: the parent knows DS.
    ['example.org', 'DS', 3],
    ['a.example.org', 'DS', 1],
    ['x.a.example.org', 'DS', 2],
    // No parent is served here: the block of the zone itself answers.
    ['org', 'DS', 3],
  ])('%s %s goes to block %s', async (name, type, code) => {
    const { ask } = open(blocks);
    expect((await ask(name, type)).octets[3]! & 15).toBe(code);
  });

  test('the root zone takes what no other has, alone and with others', async () => {
    for (const chains of [{ '.': says(3) }, { 'example.org.': says(1), '.': says(3) }]) {
      const { ask } = open(chains);
      for (const name of ['.', 'net', 'a.b.c']) expect((await ask(name)).octets[3]! & 15).toBe(3);
      expect((await ask('.', 'DS')).octets[3]! & 15).toBe(3);
    }
  });

  test.each<[title: string, name: string, options: QueryOptions]>([
    ['a name outside all zones', 'example.net', {}],
    ['the root', '.', {}],
    ['class CH', 'version.bind', { class: 3 }],
    ['class ANY below a zone', 'example.org', { class: 255 }],
    ['class NONE below a zone', 'example.org', { class: 254 }],
    ['class 0 below a zone', 'example.org', { class: 0 }],
  ])('%s is refused', async (_, name, options) => {
    const { ask, count } = open(blocks);
    const { packet } = await ask(name, 'TXT', { ...options, edns: true });
    expect(packet).toMatchObject({ rcode: 'REFUSED', flag_aa: false });
    expect([packet!.questions?.length, packet!.additionals?.length]).toEqual([1, 1]);
    expect(count('refused')).toBe(1);
  });

  test('RA is set where the block can ask upstream, and only there', async () => {
    const { ask } = open(blocks, ['example.org.']);
    expect((await ask('example.org')).packet!.flag_ra).toBe(true);
    expect((await ask('a.example.org')).packet!.flag_ra).toBe(false);
    expect((await ask('example.net')).packet!.flag_ra).toBe(false);
    expect((await ask('example.org', 'A', { class: 3 })).packet!.flag_ra).toBe(true);
  });
});

describe('messages that never reach a block', () => {
  const name = nameOf('example', 'org');
  test.each<[title: string, octets: Uint8Array, length: number, code: number]>([
    ['two questions', message({ questions: [question(name), question(name)] }), 12, 1],
    ['an UPDATE', message({ flags: [0x28, 0], questions: [question(name)] }), 12, 4],
    ['EDNS version 1', message({ questions: [question(name)], additionals: [opt({ version: 1 })] }), 12 + 17 + 11, 0],
  ])('%s', (_, octets, length, code) => {
    const chain = new ScriptedChain();
    const { answer, count } = open({ '.': chain.handler });
    const { query, outcome } = answer(octets);
    expect(outcome).toBe(length);
    expect([query.out[2]! >> 7, query.out[3]]).toEqual([1, code]);
    expect(chain.seen).toEqual([]);
    expect([count('malformed'), count('dropped')]).toEqual([1, 0]);
  });

  test('RA of a reply to another version of EDNS is that of the block, not that of the query before', async () => {
    const octets = (...labels: string[]): Uint8Array =>
      message({ questions: [question(nameOf(...labels))], additionals: [opt({ version: 1 })] });
    const { ask, answer } = open({ 'example.org.': says(0), 'a.example.org.': says(0) }, ['example.org.']);
    const isSet = (bytes: Uint8Array): boolean => (answer(bytes).query.out[3]! & 0x80) !== 0;
    expect(isSet(octets('example', 'org'))).toBe(true);
    await ask('example.org');
    expect(isSet(octets('a', 'example', 'org'))).toBe(false);
    expect(isSet(octets('example', 'net'))).toBe(false);
  });

  test('what is dropped', () => {
    const chain = new ScriptedChain();
    const { answer, count } = open({ '.': chain.handler });
    expect(answer(new Uint8Array(5)).outcome).toBe(0);
    expect(answer(message({ flags: [0x80, 0], questions: [question(name)] }), 'tcp').outcome).toBe(0);
    expect([count('dropped'), count('malformed')]).toEqual([2, 0]);
    expect(chain.seen).toEqual([]);
  });
});

describe('defects', () => {
  const failures: Readonly<Record<string, Handler>> = {
    throws: () => {
      throw new Error('a defect');
    },
    'throws no error': () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- a defect may throw anything
      throw undefined;
    },
    'throws behind half a reply': (query) => {
      emptyReply(query, rcode.NXDOMAIN, true);
      throw new Error('a defect');
    },
    'throws while it is held': (query) => {
      query.hold();
      throw new Error('a defect');
    },
    rejects: (query) => {
      query.hold();
      return Promise.reject(new Error('a defect'));
    },
    'rejects with a reply of upstream in place': (query) => {
      query.hold();
      query.out = Uint8Array.of(1, 2, 3);
      query.outStart = 2;
      return Promise.reject(new Error('a defect'));
    },
  };

  test.each(Object.keys(failures))(
    'a handler that %s: SERVFAIL, counted and logged, and the next query is fine',
    async (title) => {
      const { ask, count, logger } = open({ 'bad.': failures[title]!, 'good.': says(rcode.NXDOMAIN) });
      for (const edns of [false, true]) {
        const { packet, query } = await ask('bad', 'AAAA', { id: 9, edns });
        expect(packet).toMatchObject({ id: 9, rcode: 'SERVFAIL', flag_aa: false, flag_rd: true });
        expect(packet!.questions).toEqual([{ name: 'bad', type: 'AAAA', class: 'IN' }]);
        expect(packet!.additionals).toHaveLength(edns ? 1 : 0);
        expect(query.error).toBe('defect');
      }
      expect((await ask('good')).packet).toMatchObject({ rcode: 'NXDOMAIN' });
      expect(count('panics')).toBe(2);
      expect(logger.lines).toHaveLength(2);
      expect(logger.lines[0]).toMatchObject({ level: 'error' });
    },
  );
});

test('a group that was prepared is answered as each query alone, again and again', () => {
  const name = nameOf('example', 'org');
  const messages = [
    encodeQuery('a.example.org', 'A', { id: 1, edns: true }),
    message({ questions: [question(name), question(name)] }),
    new Uint8Array(5),
    encodeQuery('Example.org', 'AAAA', { id: 2 }),
    encodeQuery('example.net', 'A', { id: 3, class: 3 }),
  ];
  const { dispatcher, answer } = open({ 'example.org.': says(1), 'a.example.org.': says(2) });
  const alone = messages.map((octets) => {
    const { query, outcome } = answer(octets);
    return query.out.slice(0, outcome as number);
  });
  const group = messages.map(() => new Query(3));
  // Each object holds another message than the time before, and the last time it is not prepared.
  for (const [isReversed, isPrepared] of [
    [false, true],
    [true, true],
    [false, false],
  ]) {
    for (const [i, octets] of (isReversed ? messages.toReversed() : messages).entries()) {
      const query = group[i]!;
      query.bytes = octets;
      query.end = octets.length;
      query.out = new Uint8Array(512);
    }
    if (isPrepared) dispatcher.prepare(group, group.length);
    const replies = group.map((query) => query.out.slice(0, dispatcher.answer(query) as number));
    expect(replies).toEqual(isReversed ? alone.toReversed() : alone);
  }
});

describe('replies', () => {
  test('are cut to what the client takes, and that is counted', async () => {
    const chain = new ScriptedChain();
    const { ask, count } = open({ '.': chain.handler });
    const cut = await ask('size3000');
    expect([cut.octets.length, cut.packet!.flag_tc]).toEqual([26, true]);
    const fits = await ask('size3000', 'A', { edns: { payload: 3011 } });
    expect([fits.octets.length, fits.packet!.flag_tc]).toEqual([3011, false]);
    const stream = await ask('size3000', 'A', { transport: 'tcp' });
    expect([stream.octets.length, stream.packet!.flag_tc]).toEqual([3000, false]);
    await ask('nothing');
    expect(count('truncated')).toBe(1);
  });

  test('that come later are cut too', async () => {
    const { ask, count } = open({
      '.': (query) => {
        query.hold();
        query.out = message({
          flags: [0x80, 0],
          questions: [question(nameOf('a'))],
          trailing: new Uint8Array(700).fill(0xff),
          counts: [1, 9, 0, 0],
        });
        return Promise.resolve(query.out.length);
      },
    });
    const { octets, packet } = await ask('a');
    expect(octets.length).toBeLessThanOrEqual(512);
    expect(packet!.flag_tc).toBe(true);
    expect(count('truncated')).toBe(1);
  });

  test('with TC are counted, whoever has set it, at once and later', async () => {
    const cutHere: Handler = (query) => {
      const length = emptyReply(query, rcode.NOERROR, true);
      query.out[query.outStart + 2]! |= headerFlag.TC;
      return length;
    };
    const cutUpstream: Handler = (query) => {
      query.hold();
      return Promise.resolve(cutHere(query));
    };
    const { ask, count } = open({ 'here.': cutHere, 'upstream.': cutUpstream, 'whole.': says(rcode.NOERROR) });
    for (const name of ['here', 'a.here', 'upstream', 'whole']) await ask(name, 'A', { edns: true });
    expect(count('truncated')).toBe(3);
  });

  test('over a stream are cut without TC', async () => {
    const records = Array.from({ length: 40 }, () => record({ type: 65_280, rdata: new Uint8Array(2000) }));
    const { ask, count } = open({
      '.': (query) => {
        query.hold();
        query.out = message({ flags: [0x80, 0], questions: [question(nameOf('a'))], answers: records });
        return Promise.resolve(query.out.length);
      },
    });
    const { octets, packet } = await ask('a', 'A', { transport: 'tcp' });
    expect(octets.length).toBeLessThanOrEqual(65_535);
    expect([packet!.answers!.length, packet!.flag_tc]).toEqual([32, false]);
    expect(count('truncated')).toBe(0);
  });
});

describe('chains that choose their queries', () => {
  const internal = (query: Query): boolean => query.peer.address === '192.0.2.7';
  const list = (...chains: readonly [zone: string, code: number, filter?: (query: Query) => boolean][]) =>
    chains.map(([zone, code, filter]): [string, Chain] => [
      zone,
      { handler: says(code), recursionAvailable: false, filter },
    ]);

  test.each<[title: string, name: string, type: TypeOption, address: string, code: number]>([
    ['the first that wants it', 'a.example.org', 'A', '192.0.2.7', 1],
    ['the next one of the zone', 'a.example.org', 'A', '192.0.2.8', 2],
    ['one that only its zone leads to', 'a.example.com', 'A', '192.0.2.7', 3],
    ['one of a shorter zone, where none of the longest wants it', 'a.example.com', 'A', '192.0.2.8', 4],
    ['the parent, for DS', 'example.org', 'DS', '192.0.2.7', 4],
    ['the zone itself, for DS where the parent does not want it', 'net', 'DS', '192.0.2.7', 6],
    ['nobody', 'b.org', 'A', '192.0.2.8', 5],
  ])('%s', async (_, name, type, address, code) => {
    const chains = list(
      ['example.org.', 1, internal],
      ['example.org.', 2],
      ['example.com.', 3, internal],
      ['org.', 8, (query) => internal(query) && query.type !== 43],
      ['com.', 4],
      ['org.', 4, (query) => query.type === 43],
      ['net.', 6],
      ['.', 7, () => false],
    );
    const query = makeQuery(name, type, { peer: { address, port: 1, family: 4 } });
    const dispatcher = new Dispatcher(chains, new Float64Array(makeCounters()), new RecordingLogger());
    await dispatcher.answer(query);
    expect(query.out[3]! & 15).toBe(code);
  });

  test('each sees the metadata of its own block', async () => {
    const seen: (string | undefined)[] = [];
    const see = (query: Query): boolean => {
      seen.push(metadataOf(query, 'view/name'));
      return false;
    };
    const collect = (query: Query): void => {
      query.metadata = new QueryMetadata(new Map([['view/name', () => 'x']]));
    };
    const chain = { handler: says(1), recursionAvailable: false, filter: see };
    const handler: Handler = (query) => {
      seen.push(metadataOf(query, 'view/name'));
      return emptyReply(query, 0);
    };
    const chains: [string, Chain][] = [
      ['.', { ...chain, collect }],
      ['.', chain],
      ['.', { handler, recursionAvailable: false, collect }],
    ];
    const dispatcher = new Dispatcher(chains, new Float64Array(makeCounters()), new RecordingLogger());
    await dispatcher.answer(makeQuery('example.org', 'A'));
    expect(seen).toEqual(['x', undefined, 'x']);
  });
});
