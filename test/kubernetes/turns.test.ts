/** Many events at once are told in short turns. */
import { describe, expect, test } from 'vitest';
import type { Collection } from '../../src/kubernetes/collection.ts';
import { listInPages } from '../../src/kubernetes/list.ts';
import type { Receiver } from '../../src/kubernetes/receiver.ts';
import { defaultTiming } from '../../src/kubernetes/timing.ts';
import { quietPace, startPace, Turns, type Pace } from '../../src/kubernetes/turns.ts';
import { watch } from '../../src/kubernetes/watch.ts';
import { FakeClock } from '../support/fake-clock.ts';

const added = `${JSON.stringify({ type: 'ADDED', object: { metadata: { name: 'a', resourceVersion: '1' } } })}\n`;

/** A collection whose watch has these chunks, and then ends. */
function collectionOf(chunks: readonly string[], beforeEach: () => void = () => undefined): Pick<Collection, 'get'> {
  async function* body(): AsyncIterable<Uint8Array> {
    for (const chunk of chunks) {
      await Promise.resolve();
      beforeEach();
      yield Buffer.from(chunk);
    }
  }
  const get: Collection['get'] = (_query, _silenceMs, read) =>
    read({ status: 200, retryAfterMs: undefined, body: body() }, () => undefined);
  return { get };
}

/** What a listener hears of a watch where each event is an eighth of a millisecond's work. */
async function heard(chunks: readonly string[], pace: Pace, pauseMs = 0): Promise<string> {
  const clock = new FakeClock();
  const told = new Told(clock);
  const onPause = (): Promise<void> => (told.pause(), Promise.resolve());
  const listener = { onOpen: () => undefined, onEvent: () => told.event(), onPause };
  const turns = new Turns(clock, new AbortController().signal, pace);
  const collection = collectionOf(chunks, () => clock.advance(pauseMs));
  return told.until(watch(collection, 'beginning', defaultTiming, () => 0, turns, listener));
}

/** The same of a list in one page. */
async function heardOfPage(objects: number, pace: Pace): Promise<string> {
  const clock = new FakeClock();
  const told = new Told(clock);
  const items = Array.from({ length: objects }, (_, i) => ({ metadata: { name: `n${i}` } }));
  const { get } = collectionOf([JSON.stringify({ metadata: { resourceVersion: '1' }, items })]);
  const listing = { saw: () => undefined, end: () => [] };
  const receiver = { ...unused, upsert: () => (told.event(), 'key'), flush: () => (told.pause(), true) };
  const turns = new Turns(clock, new AbortController().signal, pace);
  return told.until(listInPages({ get, apiVersion: 'v1' }, receiver, listing, 500, defaultTiming, turns));
}

/** Of a receiver, what a list in pages does not call. */
const unused: Receiver = {
  upsert: () => expect.fail(),
  remove: () => expect.fail(),
  beginList: () => expect.fail(),
  count: () => expect.fail(),
  flush: () => expect.fail(),
};

/** `e` for an event, `|` for a flush, a space for a rest. */
class Told {
  readonly #clock: FakeClock;
  #text = '';

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  event(): undefined {
    this.#text += 'e';
    this.#clock.advance(0.125);
  }

  pause(): void {
    this.#text += '|';
  }

  /** Lets time go on where it is waited for. */
  async until(over: Promise<unknown>): Promise<string> {
    const state = { isOver: false };
    void over.finally(() => {
      state.isOver = true;
    });
    while (!state.isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#clock.pending === 0) continue;
      // Nothing is done until the rest is over.
      const before = this.#text;
      this.#clock.advance(0.875);
      await new Promise((resolve) => setImmediate(resolve));
      expect(this.#text).toBe(before);
      this.#text += ' ';
      this.#clock.advance(0.125);
    }
    await over;
    return this.#text;
  }
}

describe('events that come at once', () => {
  test('are told in turns with rests between them, and what was told is flushed before a rest', async () => {
    expect(await heard([added.repeat(7)], quietPace)).toBe('eee| eee| e|');
  });

  test('in a chunk that comes later begin a turn of their own', async () => {
    expect(await heard([added.repeat(2), added.repeat(2)], quietPace, 5)).toBe('ee|ee|');
  });

  test('are divided in a page of a list as well', async () => {
    expect(await heardOfPage(7, quietPace)).toBe('eee| eee| e|');
    expect(await heardOfPage(7, startPace)).toBe('eeeeeee|');
  });

  test('wait no longer when all is stopped', async () => {
    const stopping = new AbortController();
    const clock = new FakeClock();
    const turns = new Turns(clock, stopping.signal, quietPace);
    const rest = turns.rest();
    stopping.abort();
    await expect(rest).rejects.toThrow();
    await expect(turns.rest()).rejects.toThrow();
    expect(clock.pending).toBe(0);
  });

  test('are told in longer turns where they are waited for', async () => {
    expect(await heard([added.repeat(7)], startPace)).toBe('eeeeeee|');
  });
});
