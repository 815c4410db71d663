import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  addressRecord,
  answer,
  type Behaviour,
  FakeUpstream,
  optRecord,
  replyTo,
  type UpstreamQuery,
} from '../../support/fake-upstream.ts';
import { makeQuery } from '../../support/query.ts';
import { addresses, decodeReply, Harness, line } from './harness.ts';

let upstream: FakeUpstream;
let other: FakeUpstream;
const harnesses: Harness[] = [];

function chain(...upstreams: FakeUpstream[]): Harness {
  const harness = new Harness(line(upstreams.length > 0 ? upstreams : [upstream]));
  harnesses.push(harness);
  return harness;
}

beforeEach(async () => {
  upstream = await FakeUpstream.start();
  other = await FakeUpstream.start();
});

afterEach(async () => {
  await Promise.all([upstream.stop(), other.stop()]);
  for (const harness of harnesses.splice(0)) await harness.close();
});

const transports = ['udp', 'tcp'] as const;
const codes = { FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

/** The header of an error and nothing else, as servers of RFC 1035 send it. */
function bareHeader(query: UpstreamQuery, code: number): Buffer {
  return Buffer.from([query.id >> 8, query.id & 255, 0x81, 0x80 | code, 0, 0, 0, 0, 0, 0, 0, 0]);
}

const hasOpt = ({ packet }: UpstreamQuery): boolean => (packet.additionals?.length ?? 0) > 0;

describe('an upstream that refuses EDNS', () => {
  const forms: { form: string; refuse: (code: number) => Behaviour }[] = [
    { form: 'a bare header', refuse: (code) => (query) => query.send(bareHeader(query, code)) },
    {
      form: 'the question and no OPT',
      refuse: (code) => (query) => query.send(replyTo(query, { answers: [], additionals: [] }, code)),
    },
  ];
  const rows = forms.flatMap(({ form, refuse }) =>
    (['FORMERR', 'NOTIMP'] as const).flatMap((code) =>
      transports.map((transport) => ({ form, refuse, code, transport })),
    ),
  );

  test.each(rows)('by $code and $form over $transport is asked without it', async ({ refuse, code, transport }) => {
    upstream.behaviour = (query) => (hasOpt(query) ? refuse(codes[code]) : answer())(query);
    const harness = chain();
    const query = makeQuery('example.org', 'A', { transport, edns: { dnssecOk: true } });
    const reply = await harness.resolve(query);
    expect(addresses(reply)).toEqual(['192.0.2.1']);
    expect(reply.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232, flag_do: true }]);
    expect(upstream.queries.map(hasOpt)).toEqual([true, false]);
    expect(upstream.queries.map((each) => each.transport)).toEqual([transport, transport]);
    expect(harness.logger.lines.map(({ message }) => message)).toEqual([
      `plugin/forward: 127.0.0.1:${upstream.port} does not know EDNS, and is asked without it for 5 minutes`,
    ]);
  });

  test('is asked without it for 5 minutes', async () => {
    upstream.behaviour = (query) => (hasOpt(query) ? query.send(bareHeader(query, 1)) : query.send(replyTo(query)));
    const harness = chain();
    const ask = async (): Promise<void> => {
      const reply = await harness.resolve(makeQuery('example.org', 'A', { edns: true }));
      expect(addresses(reply)).toEqual(['192.0.2.1']);
    };
    for (let i = 0; i < 3; i++) await ask();
    expect(upstream.queries.map(hasOpt)).toEqual([true, false, false, false]);
    harness.clock.advance(5 * 60_000);
    await ask();
    expect(upstream.queries.map(hasOpt).slice(4)).toEqual([true, false]);
  });

  test('and refuses the query without it as well is not held for one that does not know it', async () => {
    upstream.behaviour = (query) => query.send(bareHeader(query, 1));
    const harness = chain();
    for (let i = 0; i < 2; i++) {
      expect((await harness.resolve(makeQuery('example.org', 'A', { edns: true }))).rcode).toBe('FORMERR');
    }
    expect(upstream.queries.map(hasOpt)).toEqual([true, false, true, false]);
    expect(harness.logger.lines).toEqual([]);
  });

  test('and then says nothing leaves the refusal', async () => {
    upstream.behaviour = (query) => (hasOpt(query) ? query.send(bareHeader(query, 4)) : undefined);
    const harness = chain();
    const outcome = harness.resolve(makeQuery('example.org', 'A', { edns: true }));
    await upstream.received(2);
    await turn();
    harness.clock.advance(2100);
    expect((await outcome).rcode).toBe('NOTIMP');
  });

  test('is another than one that knows it, and finds fault with the query', async () => {
    upstream.behaviour = (query) => query.send(replyTo(query, { answers: [], additionals: [optRecord()] }, 1));
    expect((await chain().resolve(makeQuery('example.org', 'A', { edns: true }))).rcode).toBe('FORMERR');
    expect(upstream.queries).toHaveLength(1);
  });

  test('with a truncated reply to what has none is asked over TCP without it', async () => {
    upstream.behaviour = (query) => {
      if (hasOpt(query)) query.send(bareHeader(query, 1));
      else if (query.transport === 'udp') query.send(replyTo(query, { flags: 0x0200, answers: [] }));
      else query.send(replyTo(query));
    };
    const reply = await chain().resolve(makeQuery('example.org', 'A', { edns: true }));
    expect(addresses(reply)).toEqual(['192.0.2.1']);
    expect(upstream.queries.map((each) => [each.transport, hasOpt(each)])).toEqual([
      ['udp', true],
      ['udp', false],
      ['tcp', false],
    ]);
  });
});

describe('an error that is a bare header', () => {
  const rows = (Object.keys(codes) as (keyof typeof codes)[]).flatMap((code) =>
    transports.flatMap((transport) => [true, false].map((edns) => ({ code, transport, edns }))),
  );

  test.each(rows)('$code over $transport is taken for it, EDNS $edns', async ({ code, transport, edns }) => {
    upstream.behaviour = (query) => query.send(bareHeader(query, codes[code]));
    const query = makeQuery('eXaMpLe.org', 'A', { transport, edns, id: 77 });
    const reply = decodeReply(await chain().ask(query));
    expect(reply).toMatchObject({ id: 77, rcode: code, questions: [{ name: 'eXaMpLe.org', type: 'A' }] });
    expect(reply.additionals).toHaveLength(edns ? 1 : 0);
    expect(query.error).toBeUndefined();
  });

  test.each(['SERVFAIL', 'REFUSED'] as const)('%s goes on to the next upstream', async (code) => {
    upstream.behaviour = (query) => query.send(bareHeader(query, codes[code]));
    const reply = await chain(upstream, other).resolve(makeQuery('example.org', 'A'));
    expect(addresses(reply)).toEqual(['192.0.2.1']);
    expect(other.queries).toHaveLength(1);
  });
});

describe('what cannot be read is let pass, and named when the time is over', () => {
  const withCount = (query: UpstreamQuery, at: number): Buffer => {
    const header = bareHeader(query, 1);
    header[at] = 1;
    return header;
  };
  const changed = (query: UpstreamQuery, at: number, change: (octet: number) => number): Buffer => {
    const reply = replyTo(query);
    reply[at] = change(reply[at]!);
    return reply;
  };
  const rows: { what: string; build: (query: UpstreamQuery) => Uint8Array; says: string }[] = [
    { what: 'a bare header with NOERROR', build: (query) => bareHeader(query, 0), says: 'no question' },
    { what: 'one with answers', build: (query) => withCount(query, 7), says: 'no question' },
    { what: 'one with authorities', build: (query) => withCount(query, 9), says: 'no question' },
    { what: 'one with additional records', build: (query) => withCount(query, 11), says: 'no question' },
    { what: 'one with a question', build: (query) => withCount(query, 5), says: 'another question' },
    {
      what: 'one that is a query',
      build: (query) => changed(query, 2, (octet) => octet & 0x7f),
      says: 'a query in place of a reply',
    },
    {
      what: 'one octet more',
      build: (query) => Buffer.concat([bareHeader(query, 1), Buffer.alloc(1)]),
      says: 'no question',
    },
    { what: 'another opcode', build: (query) => changed(query, 2, (octet) => octet | 0x20), says: 'another opcode' },
    { what: 'two questions', build: (query) => changed(query, 5, () => 2), says: '2 questions' },
    { what: 'another name', build: (query) => changed(query, 13, (octet) => octet ^ 1), says: 'another question' },
    { what: 'an ID and no more', build: (query) => bareHeader(query, 1).subarray(0, 2), says: 'only 2 octets' },
  ];

  test.each(rows.flatMap((row) => transports.map((transport) => ({ ...row, transport }))))(
    '$what over $transport',
    async ({ build, says, transport }) => {
      upstream.behaviour = (query) => query.send(build(query));
      const harness = chain();
      const query = makeQuery('example.org', 'A', { transport, edns: true });
      const outcome = harness.resolve(query);
      await upstream.received(1);
      for (let i = 0; i < 10; i++) await turn();
      harness.clock.advance(1020);
      if (transport === 'udp') await upstream.received(2);
      for (let i = 0; i < 10; i++) await turn();
      harness.clock.advance(1020);
      expect((await outcome).rcode).toBe('SERVFAIL');
      const reason = `malformed reply: ${says}, and no other in 2000 ms`;
      expect(query.error).toBe(`forward: 127.0.0.1:${upstream.port}: ${reason}`);
    },
  );

  test('and the reply that comes behind is taken', async () => {
    upstream.behaviour = (query) => {
      query.send(bareHeader(query, 0));
      query.send(replyTo(query));
    };
    expect(addresses(await chain().resolve(makeQuery('example.org', 'A')))).toEqual(['192.0.2.1']);
  });
});

describe('a reply to the question that is malformed fails at once, and says why', () => {
  const rows: { what: string; build: (query: UpstreamQuery) => Uint8Array; says: string }[] = [
    {
      what: 'cut off',
      build: (query) => replyTo(query).subarray(0, -2),
      says: 'record 1 goes beyond its end',
    },
    {
      what: 'an address of 3 octets',
      build: (query) => {
        const reply = replyTo(query, { additionals: [] });
        reply[reply.length - 5] = 3;
        return reply.subarray(0, -1);
      },
      says: 'its A record cannot be read',
    },
    {
      what: 'two OPT records',
      build: (query) => replyTo(query, { additionals: [optRecord(), optRecord()] }),
      says: 'its OPT record cannot be read',
    },
    {
      what: 'a code that needs EDNS',
      build: (query) => {
        const reply = replyTo(query, { answers: [addressRecord(query.name, '192.0.2.1')], additionals: [optRecord()] });
        reply[reply.length - 6] = 1;
        return reply;
      },
      says: 'response code BADVERS to a query without EDNS',
    },
  ];

  test.each(rows)('$what', async ({ build, says }) => {
    upstream.behaviour = (query) => query.send(build(query));
    const query = makeQuery('example.org', 'A');
    expect((await chain().resolve(query)).rcode).toBe('SERVFAIL');
    expect(query.error).toBe(`forward: 127.0.0.1:${upstream.port}: malformed reply: ${says}`);
  });
});
