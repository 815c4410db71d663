/** Many events at once are told in short turns. */
import { describe, expect, test } from 'vitest';
import type { Collection } from '../../../src/registry/kubernetes/collection.ts';
import { defaultTiming } from '../../../src/registry/kubernetes/timing.ts';
import { Turns } from '../../../src/registry/kubernetes/turns.ts';
import { watch } from '../../../src/registry/kubernetes/watch.ts';
import { FakeClock } from '../../support/fake-clock.ts';

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
async function heard(chunks: readonly string[], isDivided: boolean, pauseMs = 0): Promise<string> {
  const clock = new FakeClock();
  let told = '';
  const listener = {
    onOpen: () => undefined,
    onEvent: () => {
      told += 'e';
      clock.advance(0.125);
    },
    onPause: () => (told += '|'),
  };
  const turns = isDivided ? new Turns(clock) : undefined;
  const collection = collectionOf(chunks, () => clock.advance(pauseMs));
  const state = { isOver: false };
  const over = watch(collection, 'beginning', defaultTiming, () => 0, listener, turns).finally(() => {
    state.isOver = true;
  });
  while (!state.isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    if (clock.pending === 0) continue;
    // Nothing is done until the rest is over.
    const before = told;
    clock.advance(0.875);
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toBe(before);
    told += ' ';
    clock.advance(0.125);
  }
  await over;
  return told;
}

describe('events that come at once', () => {
  test('are told in turns with rests between them, and what was told is flushed before a rest', async () => {
    expect(await heard([added.repeat(7)], true)).toBe('eee| eee| e|');
  });

  test('in a chunk that comes later begin a turn of their own', async () => {
    expect(await heard([added.repeat(2), added.repeat(2)], true, 5)).toBe('ee|ee|');
  });

  test('are told without a rest where nobody waits for the processor', async () => {
    expect(await heard([added.repeat(7)], false)).toBe('eeeeeee|');
  });
});
