import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeQuery, type QueryOptions } from '../../support/query.ts';
import { decodeMessage } from '../../support/dns-message.ts';
import { Harness } from './harness.ts';

/** The cache counts in sixteenths of a second: what is a multiple of this it sees as it is. */
const tickMs = 125;
const names = ['a.example.org', 'A.example.org', 'b.example.org', 'a.example.net'];
const types = ['A', 'TXT'] as const;

type Step =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'ask'; readonly name: string; readonly type: 'A' | 'TXT'; readonly options: QueryOptions };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.nat(1000).map((count) => ({ kind: 'wait' as const, ms: count * tickMs })),
  fc.record({
    kind: fc.constant('ask' as const),
    name: fc.constantFrom(...names),
    type: fc.constantFrom(...types),
    options: fc.record({
      cd: fc.boolean(),
      edns: fc.constantFrom<NonNullable<QueryOptions['edns']>>(false, true, { dnssecOk: true }),
      transport: fc.constantFrom('udp' as const, 'tcp' as const),
    }),
  }),
);

/** What is known of a question: the record, when it was stored, and for how long it holds. */
interface Known {
  readonly rdata: string;
  readonly storedAt: number;
  readonly ttl: number;
}

test('answers as a map by name, type, DO and CD does whose entries expire', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 80 }),
      fc.infiniteStream(fc.integer({ min: 0, max: 200 })),
      async (steps, ttls) => {
        let serial = 0;
        let ttl = 0;
        const harness = new Harness({ stale: undefined }, (query) => {
          ttl = ttls.next().value as number;
          const [owner] = decodeMessage(query.bytes.subarray(query.start, query.end)).questions[0]!.split(' ');
          const text = String(++serial);
          const rdata = query.type === 1 ? `192.0.2.${serial}` : `"${text}"`;
          return { answer: `${owner} ${ttl} IN ${query.type === 1 ? 'A' : 'TXT'} ${rdata}` };
        });
        const model = new Map<string, Known>();
        for (const each of steps) {
          if (each.kind === 'wait') {
            harness.clock.advance(each.ms);
            continue;
          }
          const { name, type, options } = each;
          const isSecure = typeof options.edns === 'object';
          const key = [name.toLowerCase(), type, isSecure, options.cd].join();
          const now = harness.clock.now();
          const known = model.get(key);
          const isFresh = known !== undefined && now - known.storedAt < known.ttl * 1000;
          const before = serial;
          const reply = decodeMessage(await harness.askBytes(makeQuery(name, type, options)));
          expect(serial).toBe(isFresh ? before : before + 1);
          if (!isFresh) {
            const rdata = type === 'A' ? `192.0.2.${serial}` : `"${serial}"`;
            model.set(key, { rdata, storedAt: now, ttl: Math.max(ttl, 5) });
            continue;
          }
          const left = known.ttl - Math.floor((now - known.storedAt) / 1000);
          const [owner, told, , , rdata] = reply.answer[0]!.split(' ');
          expect([owner!.toLowerCase(), rdata]).toEqual([`${name.toLowerCase()}.`, known.rdata]);
          expect(Number(told)).toBe(left);
          expect(reply.questions[0]!.startsWith(`${name}. `)).toBe(true);
          expect(reply.opt?.dnssecOk).toBe(options.edns === false ? undefined : isSecure);
        }
      },
    ),
    { numRuns: 150 },
  );
});
