import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ForwardLine } from '../../../src/plugins/forward/config.ts';
import { decodeMessage, type DnsMessage } from '../../support/dns-message.ts';
import { FakeUpstream, silence, type UpstreamQuery } from '../../support/fake-upstream.ts';
import { makeQuery } from '../../support/query.ts';
import { line } from './harness.ts';
import { arrive, CachedForward, forge } from './hostile-harness.ts';
import { evil, name, transports, tricks } from './hostile-tricks.ts';

const cases = tricks.flatMap((trick) =>
  (trick.over ? [trick.over] : transports).map((transport) => ({ ...trick, transport })),
);

let hostile: FakeUpstream;
let good: FakeUpstream;
const chains: CachedForward[] = [];

const goodAnswer = (query: UpstreamQuery): void =>
  query.send(forge(query, { answer: `${query.name}. 60 IN A 192.0.2.1` }));

function chain(upstreams: readonly FakeUpstream[], changes: Partial<ForwardLine> = {}): CachedForward {
  const made = new CachedForward(line(upstreams, changes));
  chains.push(made);
  return made;
}

/** How many queries came to both. */
const asked = (): number => hostile.queries.length + good.queries.length;

beforeEach(async () => {
  hostile = await FakeUpstream.start(silence);
  good = await FakeUpstream.start(goodAnswer);
});

afterEach(async () => {
  for (const each of chains.splice(0)) await each.close();
  await Promise.all([hostile.stop(), good.stop()]);
});

/** What a trick may never do: make another name be answered, or one that is asked again get what was not kept for it. */
async function expectUnpoisoned(ask: (name: string) => Promise<DnsMessage>): Promise<void> {
  hostile.behaviour = goodAnswer;
  for (const other of ['victim.example', 'ns.victim.example', `b.${name}`, 'org']) {
    const before = asked();
    expect((await ask(other)).answer, other).toEqual([`${other}. 60 IN A 192.0.2.1`]);
    expect(asked(), other).toBeGreaterThan(before);
  }
}

describe.each(cases)(
  '$trick over $transport',
  ({ play, transport, query: options, changes, reply, alone: atLast, isKept, reason }) => {
    const asks =
      (through: CachedForward) =>
      async (question: string): Promise<DnsMessage> => {
        const query = makeQuery(question, 'A', { ...options, transport, id: 1234 });
        const message = decodeMessage(await through.ask(query));
        expect(message).toMatchObject({ id: 1234, opcode: 0, questions: [`${question}. IN A`] });
        return message;
      };

    test('before a good upstream', async () => {
      hostile.behaviour = play;
      const ask = asks(chain([hostile, good], changes));
      const first = await ask(name);
      expect(first).toMatchObject(reply ?? { rcode: 'NOERROR', answer: ['example.org. 60 IN A 192.0.2.1'] });
      expect(good.queries.length).toBe(reply ? 0 : 1);
      await arrive();
      const before = asked();
      hostile.behaviour = goodAnswer;
      const second = await ask(name);
      if (reply && isKept !== true) {
        expect(second.answer).toEqual(['example.org. 60 IN A 192.0.2.1']);
        expect(asked()).toBe(before + 1);
      } else {
        expect(second.answer).toEqual(first.answer);
        expect(asked()).toBe(before);
      }
      await expectUnpoisoned(ask);
    });

    test('alone', async () => {
      hostile.behaviour = play;
      const through = chain([hostile], changes);
      const query = makeQuery(name, 'A', { ...options, transport });
      const first = decodeMessage(await through.ask(query));
      expect(first).toMatchObject(reply ?? atLast ?? { rcode: 'SERVFAIL', answer: [] });
      expect(query.error).toBe(reason && `forward: 127.0.0.1:${hostile.port}: ${reason}`);
      await arrive();
      hostile.behaviour = goodAnswer;
      // What failed is remembered for 5 seconds, and no longer.
      through.clock.advance(5100);
      const second = await asks(through)(name);
      if (isKept !== true) expect(second.answer).toEqual(['example.org. 60 IN A 192.0.2.1']);
      await expectUnpoisoned(asks(through));
    });
  },
);

describe('a reply that is late', () => {
  const ask = async (through: CachedForward, question = name): Promise<DnsMessage> =>
    decodeMessage(await through.ask(makeQuery(question, 'A')));
  const replyLate = async (): Promise<void> => {
    for (const query of hostile.queries) query.send(forge(query, { answer: `${query.name}. 60 IN A 203.0.113.66` }));
    await arrive();
  };

  test('comes to nobody, and is not kept', async () => {
    const through = chain([hostile]);
    expect((await ask(through)).rcode).toBe('SERVFAIL');
    await replyLate();
    hostile.behaviour = goodAnswer;
    expect((await ask(through)).rcode).toBe('SERVFAIL');
    through.clock.advance(5100);
    expect((await ask(through)).answer).toEqual(['example.org. 60 IN A 192.0.2.1']);
  });

  test('is not for who asks again', async () => {
    const through = chain([hostile]);
    await ask(through);
    through.clock.advance(5100);
    const again = ask(through);
    const { length } = hostile.queries;
    await hostile.received(length + 1);
    const first = hostile.queries[0]!;
    first.send(forge(first, { answer: evil }));
    await arrive();
    const last = hostile.queries.at(-1)!;
    last.send(forge(last, { answer: 'example.org. 60 IN A 192.0.2.1' }));
    expect((await again).answer).toEqual(['example.org. 60 IN A 192.0.2.1']);
  });

  test('behind the reply of the next upstream changes nothing', async () => {
    const through = chain([hostile, good]);
    expect((await ask(through)).answer).toEqual(['example.org. 60 IN A 192.0.2.1']);
    await replyLate();
    expect((await ask(through)).answer).toEqual(['example.org. 60 IN A 192.0.2.1']);
    expect(good.queries).toHaveLength(1);
  });
});

test('the log names the reason when an upstream is given up', async () => {
  hostile.behaviour = tricks.find(({ trick }) => trick === 'cut in the middle')!.play;
  const through = chain([hostile, good]);
  for (const each of ['a.org', 'b.org']) await through.ask(makeQuery(each, 'A'));
  expect(through.messages).toEqual([
    `plugin/forward: 127.0.0.1:${hostile.port} is down: malformed reply: record 1 goes beyond its end`,
  ]);
});
