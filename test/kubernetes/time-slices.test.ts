/** Many events or objects that arrive at once are taken in short slices of time. */
import { describe, expect, test } from 'vitest';
import type { Collection } from '../../src/kubernetes/collection.ts';
import { listInPages } from '../../src/kubernetes/paged-list.ts';
import type { Receiver } from '../../src/kubernetes/receiver.ts';
import { defaultTiming } from '../../src/kubernetes/timing.ts';
import { backgroundPace, foregroundPace, TimeSlicer, type Pace } from '../../src/runtime/time-slicer.ts';
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

/** What a watch calls if each event is an eighth of a millisecond's work. */
async function callsOfWatch(chunks: readonly string[], pace: Pace, pauseMs = 0): Promise<string> {
  const clock = new FakeClock();
  const calls = new Calls(clock);
  const onPause = (): Promise<void> => (calls.pause(), Promise.resolve());
  const onEvent = (): Promise<void> => (calls.event(), Promise.resolve());
  const listener = { onOpen: () => undefined, onEvent, onPause };
  const slicer = new TimeSlicer(clock, new AbortController().signal, pace);
  const collection = collectionOf(chunks, () => clock.advance(pauseMs));
  return calls.until(watch(collection, 'streamed list', defaultTiming, () => 0, slicer, listener));
}

/** The same for a list in one page. */
async function callsOfPage(objects: number, pace: Pace): Promise<string> {
  const clock = new FakeClock();
  const calls = new Calls(clock);
  const items = Array.from({ length: objects }, (_, i) => ({ metadata: { name: `n${i}` } }));
  const { get } = collectionOf([JSON.stringify({ metadata: { resourceVersion: '1' }, items })]);
  const receiver = { ...unused, upsert: () => (calls.event(), 'key'), flush: () => (calls.pause(), true) };
  const slicer = new TimeSlicer(clock, new AbortController().signal, pace);
  return calls.until(listInPages({ get, apiVersion: 'v1' }, receiver, new Set(), 500, defaultTiming, slicer));
}

/** What a list in pages does not call. */
const unused: Receiver = {
  upsert: () => expect.fail(),
  remove: () => expect.fail(),
  retain: () => expect.fail(),
  count: () => expect.fail(),
  flush: () => expect.fail(),
};

/** `e` for an event, `|` for a flush, a space for a rest. */
class Calls {
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
  test('are taken in slices with rests between them, and flushed before a rest', async () => {
    expect(await callsOfWatch([added.repeat(7)], backgroundPace)).toBe('eee| eee| e|');
  });

  test('in a chunk that comes later begin a slice of their own', async () => {
    expect(await callsOfWatch([added.repeat(2), added.repeat(2)], backgroundPace, 5)).toBe('ee|ee|');
  });

  test('are divided in a page of a list as well', async () => {
    expect(await callsOfPage(7, backgroundPace)).toBe('eee| eee| e|');
    expect(await callsOfPage(7, foregroundPace)).toBe('eeeeeee|');
  });

  test('are taken in longer slices where they are waited for', async () => {
    expect(await callsOfWatch([added.repeat(7)], foregroundPace)).toBe('eeeeeee|');
  });
});
