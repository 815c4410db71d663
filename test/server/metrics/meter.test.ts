import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histogramLength, timeBoundsMs } from '../../../src/runtime/metrics/histogram.ts';
import { Dispatcher } from '../../../src/server/worker/dispatcher.ts';
import { counterCount, makeCounters } from '../../../src/server/counters.ts';
import { durationsOf, Meter } from '../../../src/server/metrics/meter.ts';
import { familyLabels, protocolLabels, typeLabels, zoneSeries } from '../../../src/server/metrics/series.ts';
import { sizeBounds, sizesLength, sizesOf } from '../../../src/server/metrics/sizes.ts';
import { Totals } from '../../../src/server/metrics/totals.ts';
import { rrType } from '../../../src/wire/codes.ts';
import { serverFailure } from '../../../src/wire/reply.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';
import { encodeQuery, makeQuery, type QueryOptions } from '../../support/query.ts';
import { Query } from '../../../src/wire/query.ts';

const durations = { at: zoneSeries.duration, length: histogramLength(timeBoundsMs) };

function makeMeter() {
  const memory = new Float64Array(zoneSeries.length);
  const clock = new FakeClock();
  clock.advance(1000);
  const meter = new Meter(memory, 0, clock);
  const ask = (ms: number, options: QueryOptions = {}): void => {
    const query = makeQuery('example.org', 'A', options);
    const isMeasured = meter.begin();
    clock.advance(ms);
    meter.count(query, serverFailure(query, 'test'), isMeasured);
  };
  const histogram = () => durationsOf(memory, 0);
  return { memory, clock, meter, ask, histogram };
}

describe('durations', () => {
  it('of the first 1,000 are all measured', () => {
    const { ask, histogram } = makeMeter();
    for (let i = 0; i < 999; i++) ask(0.1);
    ask(3);
    expect([histogram()[0], histogram()[4]]).toEqual([999, 1]);
    expect(histogram().at(-1)).toBeCloseTo(999 * 0.1 + 3);
  });

  it('of the next 60 count as the one that was measured last', () => {
    const { ask, histogram } = makeMeter();
    for (let i = 0; i < 999; i++) ask(0);
    ask(3);
    for (let i = 0; i < 60; i++) ask(500);
    expect([histogram()[0], histogram()[4], histogram()[11]]).toEqual([999, 61, 0]);
    ask(500);
    for (let i = 0; i < 60; i++) ask(0);
    expect([histogram()[0], histogram()[4], histogram()[11]]).toEqual([999, 61, 61]);
    expect(histogram().at(-1)).toBeCloseTo(61 * 3 + 61 * 500);
  });

  it('of queries that wait are all measured', () => {
    const { clock, meter, histogram } = makeMeter();
    const query = makeQuery('example.org', 'A');
    for (const ms of [0.25, 0.26, 9000]) {
      const began = meter.beginWait();
      clock.advance(ms);
      meter.countWaited(query, 0, began);
    }
    expect([histogram()[0], histogram()[1], histogram()[16]]).toEqual([1, 1, 1]);
    expect(histogram().at(-1)).toBeCloseTo(9000.51);
  });
});

describe('types', () => {
  const known = typeLabels.filter((label) => label !== 'other').map((label) => rrType[label]);
  const countOf = (type: number, options: QueryOptions): number[] => {
    const { memory, meter } = makeMeter();
    meter.count(makeQuery('example.org', type, options), 0, meter.begin());
    return [...memory.subarray(0, zoneSeries.duration)].flatMap((count, index) => (count > 0 ? [index] : []));
  };

  it.each(known.map((type, index) => [typeLabels[index]!, type, index] as const))(
    '%s has its place',
    (_, type, index) => {
      expect(countOf(type, {})).toEqual([index]);
    },
  );

  it.each([0, 3, 13, 41, 257, 256 + 1, 65_280, 65_535])('%i is of the others', (type) => {
    expect(countOf(type, {})).toEqual([typeLabels.length - 1]);
  });

  it('stand apart by protocol and family', () => {
    const peer = { address: '::1', port: 1, family: 6 } as const;
    const places = [{}, { peer }, { transport: 'tcp' }, { transport: 'tcp', peer }] as const;
    expect(places.map((options) => countOf(rrType.A, options)[0])).toEqual([0, 20, 40, 60]);
    expect([protocolLabels.length, familyLabels.length, typeLabels.length]).toEqual([2, 2, 20]);
  });
});

describe('sizes', () => {
  it.each([
    [12, 1],
    [100, 1],
    [101, 2],
    [511, 5],
    [512, 6],
    [1023, 6],
    [1024, 7],
    [65_535, 14],
  ])('a reply of %i octets is in bucket %i', (length, bucket) => {
    const { memory, meter } = makeMeter();
    meter.count(makeQuery('example.org', 'A'), length, meter.begin());
    const counts = sizesOf(memory, zoneSeries.responseSize);
    expect(counts).toEqual(counts.map((_, i) => (i === bucket ? 1 : i === sizeBounds.length + 1 ? length : 0)));
  });

  it.each(['udp', 'tcp'] as const)('of queries and replies over %s stand apart', (transport) => {
    const { memory, meter } = makeMeter();
    const query = makeQuery('example.org', 'A', { transport });
    for (const length of [60, 1232, 60]) meter.count(query, length, meter.begin());
    const offset = protocolLabels.indexOf(transport) * sizesLength;
    const size = query.end - query.start;
    const replies = sizesOf(memory, zoneSeries.responseSize + offset);
    expect(sizesOf(memory, zoneSeries.requestSize + offset).at(-1)).toBe(3 * size);
    expect([replies[1], replies[7], replies.at(-1)]).toEqual([2, 1, 1352]);
    const all = memory.subarray(zoneSeries.requestSize, zoneSeries.dnssecOk);
    expect(all.filter((count) => count > 0)).toHaveLength(4);
  });

  it('no reply has no size and no code', () => {
    const { memory, meter } = makeMeter();
    meter.count(makeQuery('example.org', 'A'), 0, meter.begin());
    expect([...memory.subarray(zoneSeries.responseSize, zoneSeries.dnssecOk)].every((count) => count === 0)).toBe(true);
    expect([...memory.subarray(zoneSeries.responses, zoneSeries.began)].every((count) => count === 0)).toBe(true);
  });
});

describe('an dispatcher with meters', () => {
  function ask(handler: () => number | Promise<number>, name = 'example.org') {
    const counters = new Float64Array(makeCounters(2 * zoneSeries.length));
    const meters = [0, 1].map((i) => new Meter(counters, counterCount + i * zoneSeries.length, new FakeClock()));
    const chain = { handler, recursionAvailable: false, meter: meters[0] };
    const dispatcher = new Dispatcher([['example.org.', chain]], counters, new RecordingLogger(), meters[1]);
    const query = new Query(1);
    query.bytes = encodeQuery(name, 'A');
    query.end = query.bytes.length;
    query.out = new Uint8Array(512);
    const count = (meter: number, offset: number): number =>
      counters[counterCount + meter * zoneSeries.length + offset]!;
    return { outcome: dispatcher.answer(query), count };
  }

  it.each([
    [
      'throws',
      () => {
        throw new Error('a defect that a test wants');
      },
    ],
    ['rejects', () => Promise.reject(new Error('a defect that a test wants'))],
  ])('counts SERVFAIL of a handler that %s', async (_, handler) => {
    const { outcome, count } = ask(handler);
    await outcome;
    expect([count(0, zoneSeries.requests), count(0, zoneSeries.responses + 2)]).toEqual([1, 1]);
  });

  it('counts a query that waits when it is answered', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const { outcome, count } = ask(() => promise);
    expect(count(0, zoneSeries.requests)).toBe(0);
    resolve(0);
    await outcome;
    expect(count(0, zoneSeries.requests)).toBe(1);
  });

  it('counts as dropped what no zone takes', () => {
    const { count } = ask(() => 0, 'example.net');
    expect([0, 1].map((meter) => count(meter, zoneSeries.requests))).toEqual([0, 1]);
    expect(count(1, zoneSeries.responses + 5)).toBe(1);
  });
});

describe('totals', () => {
  it('are the sums over the workers', () => {
    const workers = fc.array(fc.array(fc.nat(2 ** 40), { minLength: 8, maxLength: 8 }), { maxLength: 5 });
    fc.assert(
      fc.property(workers, fc.nat(7), fc.nat(7), (counts, a, b) => {
        const memory = counts.map((values) => {
          const buffer = new SharedArrayBuffer(8 * Float64Array.BYTES_PER_ELEMENT);
          new Float64Array(buffer).set(values);
          return new Map([[0, buffer]]);
        });
        const totals = new Totals(() => memory);
        const sumOf = (index: number): number => counts.reduce((sum, values) => sum + values[index]!, 0);
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        expect(totals.at(a)).toBe(sumOf(a));
        expect(totals.slice(from, to - from)).toEqual(Array.from({ length: to - from }, (_, i) => sumOf(from + i)));
        expect(totals.count).toBe(counts.length);
      }),
    );
  });

  it('of random queries: every histogram counts what was asked', () => {
    const kinds = fc.record({
      worker: fc.nat(2),
      transport: fc.constantFrom('udp', 'tcp'),
      type: fc.nat(65_535),
      ms: fc.nat(20_000),
      waits: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(kinds, { maxLength: 100 }), (asked) => {
        const memory = [0, 1, 2].map(() => new Map([[0, new SharedArrayBuffer(zoneSeries.length * 8)]]));
        const clock = new FakeClock();
        const meters = memory.map((own) => new Meter(new Float64Array(own.get(0)!), 0, clock));
        for (const { worker, transport, type, ms, waits } of asked) {
          const meter = meters[worker]!;
          const query = makeQuery('example.org', type, { transport });
          const began = waits ? meter.beginWait() : meter.begin();
          clock.advance(ms);
          const length = serverFailure(query, 'test');
          if (typeof began === 'number') meter.countWaited(query, length, began);
          else meter.count(query, length, began);
        }
        const totals = new Totals(() => memory);
        const sum = (at: number, length: number): number => totals.slice(at, length).reduce((a, b) => a + b, 0);
        expect(sum(zoneSeries.requests, zoneSeries.duration)).toBe(asked.length);
        expect(sum(durations.at, durations.length - 1)).toBe(asked.length);
        expect(totals.at(durations.at + durations.length - 1)).toBe(asked.reduce((total, { ms }) => total + ms, 0));
        expect(totals.at(zoneSeries.responses + 2)).toBe(asked.length);
      }),
    );
  });
});
