import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Scrapes } from '../../../src/plugins/prometheus/scrapes.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** Scrapes that take `durationMs`, and end when the test says so. */
class HeldScrapes {
  readonly clock = new FakeClock();
  readonly ends: (() => void)[] = [];
  readonly #durationMs: number;
  readonly scrapes = new Scrapes(() => this.#make(), this.clock);

  constructor(durationMs = 0) {
    this.#durationMs = durationMs;
  }

  /** As a request does it whose turn comes at once. */
  ask(): Promise<string> {
    return this.scrapes.after(this.scrapes.begun).then(String);
  }

  async #make(): Promise<string> {
    const text = `scrape ${this.ends.length + 1}`;
    await new Promise<void>((resolve) => this.ends.push(resolve));
    this.clock.advance(this.#durationMs);
    return text;
  }
}

describe('Scrapes', () => {
  test('who asks before it begins shares it, who asks later shares the next', async () => {
    const held = new HeldScrapes();
    const early = [held.ask(), held.ask(), held.ask()];
    await turn();
    expect(held.ends).toHaveLength(1);
    const late = [held.ask(), held.ask()];
    await turn();
    expect(held.ends).toHaveLength(1);
    held.ends[0]!();
    expect(await Promise.all(early)).toEqual(['scrape 1', 'scrape 1', 'scrape 1']);
    await turn();
    held.ends[1]!();
    expect(await Promise.all(late)).toEqual(['scrape 2', 'scrape 2']);
    expect(held.ends).toHaveLength(2);
  });

  test('a request whose turn comes later gets what was begun since it came', async () => {
    const held = new HeldScrapes();
    const { begun } = held.scrapes;
    const first = held.ask();
    await turn();
    held.ends[0]!();
    await first;
    expect(String(await held.scrapes.after(begun))).toBe('scrape 1');
    const next = held.ask();
    await turn();
    held.ends[1]!();
    expect(await next).toBe('scrape 2');
  });

  test('behind one that took 50 ms the next begins after 200 ms', async () => {
    const held = new HeldScrapes(50);
    const first = held.ask();
    await turn();
    held.ends[0]!();
    await first;
    const second = held.ask();
    await turn();
    held.clock.advance(199);
    await turn();
    expect(held.ends).toHaveLength(1);
    held.clock.advance(1);
    await turn();
    expect(held.ends).toHaveLength(2);
    held.ends[1]!();
    expect(await second).toBe('scrape 2');
  });

  test('one that fails fails those who share it, and no others', async () => {
    let made = 0;
    const scrapes = new Scrapes(
      () => (++made === 1 ? Promise.reject(new Error('no')) : Promise.resolve('text')),
      new FakeClock(),
    );
    const failing = [scrapes.after(0), scrapes.after(0)];
    for (const each of failing) await expect(each).rejects.toThrow('no');
    expect(String(await scrapes.after(scrapes.begun))).toBe('text');
  });
});
