import { expect, test } from 'vitest';
import { NapTrials } from '../../../../src/server/listen/batched/nap-trials.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

/** What clients do between two batches, with a nap or without: queries of the next batch, and milliseconds until it is read. */
type Clients = (isNapping: boolean) => { readonly received: number; readonly ms: number };

/** They ask whenever they like. */
const anyTime =
  (perMs: number): Clients =>
  (isNapping) =>
    isNapping ? { received: 0.35 * perMs, ms: 0.35 } : { received: 1, ms: 1 / perMs };

/** They have so many queries under way, and ask the next when one is answered. */
const waiting =
  (window: number): Clients =>
  (isNapping) => ({ received: window, ms: isNapping ? 0.35 : 0.06 });

class Listener {
  readonly #clock = new FakeClock();
  #isNapping = true;
  readonly #trials = new NapTrials(this.#clock);

  /** Serves so many batches; the share of them that naps stood behind. */
  serve(clients: Clients, batches: number): number {
    let naps = 0;
    for (let batch = 0; batch < batches; batch++) {
      const { received, ms } = clients(this.#isNapping);
      this.#clock.advance(ms);
      this.#isNapping = this.#trials.isNapping(received);
      if (this.#isNapping) naps++;
    }
    return naps / batches;
  }
}

test.each([0.001, 1, 25, 100])('where %d queries come each millisecond, whatever is done, it naps', (perMs) => {
  const listener = new Listener();
  listener.serve(anyTime(perMs), 1000);
  expect(listener.serve(anyTime(perMs), 20_000)).toBeGreaterThan(0.96);
});

test.each([1, 2, 10, 30])('clients that wait with %i queries under way are not let wait', (window) => {
  const listener = new Listener();
  expect(listener.serve(waiting(window), 79)).toBe(1);
  listener.serve(waiting(window), 1000);
  expect(listener.serve(waiting(window), 20_000)).toBeLessThan(0.02);
});

test('it finds out when the clients change', () => {
  const listener = new Listener();
  for (let round = 0; round < 3; round++) {
    listener.serve(anyTime(25), 10_000);
    expect(listener.serve(anyTime(25), 10_000)).toBeGreaterThan(0.96);
    listener.serve(waiting(2), 10_000);
    expect(listener.serve(waiting(2), 10_000)).toBeLessThan(0.02);
  }
});

test('where each nap costs less than half of what is asked, that is no reason to do without', () => {
  const listener = new Listener();
  const busy: Clients = (isNapping) => ({ received: 50, ms: isNapping ? 0.4 : 0.3 });
  listener.serve(busy, 1000);
  expect(listener.serve(busy, 20_000)).toBeGreaterThan(0.96);
});
