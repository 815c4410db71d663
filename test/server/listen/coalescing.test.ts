import { expect, test } from 'vitest';
import { Coalescing } from '../../../src/server/listen/coalescing.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const batchSize = 64;
/** Answering takes so long: to be woken, and for each query. */
const [wakeMs, queryMs] = [0.008, 0.002];

/** A listener and its clients, in a time of their own: when it is woken, what it finds, and how long it pauses. */
class Simulation {
  readonly clock = new FakeClock();
  readonly pauses: number[] = [];
  batches = 0;
  readonly #coalescing: Coalescing;

  constructor(workers = 1) {
    this.#coalescing = new Coalescing(this.clock, workers, (us) => {
      this.pauses.push(us);
      this.clock.advance(us / 1000);
    });
  }

  /** Serves queries that arrive at these milliseconds, whatever the listener does; their delays. */
  serve(arrivals: readonly number[]): number[] {
    const delays: number[] = [];
    for (let next = 0; next < arrivals.length;) {
      if (arrivals[next]! > this.clock.now()) this.clock.advance(arrivals[next]! - this.clock.now() + wakeMs);
      for (;;) {
        const received = arrivals.slice(next, next + batchSize).filter((at) => at <= this.clock.now());
        if (received.length === 0) break;
        this.batches++;
        this.#coalescing.received(received.length);
        this.clock.advance(received.length * queryMs);
        delays.push(...received.map((at) => this.clock.now() - at));
        next += received.length;
        if (received.length < batchSize && !this.#coalescing.pause()) break;
      }
    }
    return delays;
  }
}

/** So many queries at equal intervals. */
function evenly(count: number, perSecond: number, from = 0): number[] {
  return Array.from({ length: count }, (_, index) => from + (index * 1000) / perSecond);
}

test.each([
  { perSecond: 1_000, pausing: 0, atMost: 0 },
  { perSecond: 15_000, pausing: 0, atMost: 0 },
  { perSecond: 30_000, pausing: 0.9, atMost: 40 },
  { perSecond: 50_000, pausing: 0.98, atMost: 40 },
  { perSecond: 250_000, pausing: 0.9, atMost: 100 },
])('at $perSecond queries a second it pauses after $pausing of the batches', ({ perSecond, pausing, atMost }) => {
  const simulation = new Simulation();
  const delays = simulation.serve(evenly(perSecond / 10, perSecond));
  const { pauses, batches } = simulation;
  if (pausing === 0) expect(pauses).toEqual([]);
  else expect(pauses.length / batches).toBeGreaterThanOrEqual(pausing);
  for (const us of pauses.slice(10)) expect(us).toBeLessThanOrEqual(atMost);
  expect(Math.max(...delays)).toBeLessThan(0.3);
});

test.each([5, 20])('bursts of %i ms are coalesced, and the first query of each is answered at once', (ms) => {
  const simulation = new Simulation();
  for (let burst = 0; burst < 20; burst++) {
    const delays = simulation.serve(evenly(ms * 50, 50_000, 100 + burst * 100));
    expect(delays[0]).toBeLessThanOrEqual(wakeMs + queryMs + 1e-9);
  }
  expect(simulation.pauses.length / simulation.batches).toBeGreaterThan(0.95);
});

test('the larger the batch, the longer the pause, within bounds', () => {
  const simulation = new Simulation();
  for (const count of [1, 4, 5, 6, 10, 63]) {
    // All are there when the listener looks, which is right after the batch before.
    const at = simulation.clock.now();
    simulation.serve(Array.from({ length: count }, () => at));
  }
  expect(simulation.pauses).toEqual([40, 50, 60, 100, 100]);
});

test.each([
  [2, 80, 200],
  [3, 120, 300],
  [16, 120, 300],
])('one of %i workers pauses for %i to %i µs', (workers, shortest, longest) => {
  const simulation = new Simulation(workers);
  for (const count of [1, 1, 63]) {
    const at = simulation.clock.now();
    simulation.serve(Array.from({ length: count }, () => at));
  }
  expect(simulation.pauses).toEqual([shortest, longest]);
});
