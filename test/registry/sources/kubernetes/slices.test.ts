/** However much there is to read or to take out, the thread does a little of it at a time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { KubernetesSource } from '../../../../src/registry/sources/kubernetes/kubernetes-source.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { RecordingSink } from '../source-conformance.ts';
import { Rig, until } from './support.ts';

const count = 3000;
/** Objects that are told, at the most, before everything else of the thread has its turn. */
const maxPerTurn = 600;

/** Each look at it takes a quarter of a millisecond; rests are over at the next turn of the event loop. */
class BusyClock extends FakeClock {
  #looks = 0;

  override now(): number {
    return super.now() + this.#looks++ / 4;
  }

  override after(delayMs: number, callback: () => void): () => void {
    if (delayMs > 1) return super.after(delayMs, callback);
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  }
}

/** Counts what is told between two turns of the event loop. */
class CountingSink extends RecordingSink {
  most = 0;
  #now = 0;
  #isOver = false;

  constructor() {
    super();
    void this.#watch();
  }

  override apply(changes: Parameters<RecordingSink['apply']>[0]): void {
    super.apply(changes);
    this.#now += this.batches.at(-1)!.length;
    this.most = Math.max(this.most, this.#now);
  }

  end(): void {
    this.#isOver = true;
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      await nextTurn();
      this.#now = 0;
    }
  }
}

async function rigOf(objects: number): Promise<Rig> {
  const rig = await Rig.start(false, new BusyClock());
  for (let i = 0; i < objects; i++) rig.entry(`e${i}`);
  return rig;
}

async function read(sink: CountingSink, source: KubernetesSource): Promise<void> {
  source.start(sink);
  await until(() => sink.syncedCount === 1);
}

const ways = [
  ['a page', { streamsLists: false, pageSize: count }],
  ['a streamed list', { streamsLists: true }],
] as const;

describe.each(ways)('%s', (_, timing) => {
  test('is read in turns at the start', async () => {
    const rig = await rigOf(count);
    const sink = new CountingSink();
    await read(sink, rig.make({}, { timing }));
    expect(sink.objects.size).toBe(count);
    expect(sink.most).toBeLessThan(maxPerTurn);
    sink.end();
  });

  test('that has nothing any more takes all out in turns', async () => {
    const rig = await rigOf(count);
    const sink = new CountingSink();
    await read(sink, rig.make({}, { timing }));
    for (let i = 0; i < count; i++) rig.server.delete('serviceentries', 'shop', `e${i}`);
    rig.server.compact();
    sink.most = 0;
    rig.endWatches('serviceentries');
    await until(() => sink.objects.size === 0);
    expect(sink.most).toBeLessThan(maxPerTurn);
    sink.end();
  });

  test('ends between two turns when all is stopped', async () => {
    const rig = await rigOf(count);
    const sink = new CountingSink();
    const source = rig.make({}, { timing });
    source.start(sink);
    await until(() => sink.objects.size > 0);
    await source.stop();
    const { size } = sink.objects;
    expect(size).toBeLessThan(count);
    for (let turns = 0; turns < 20; turns++) await nextTurn();
    expect(sink.objects.size).toBe(size);
    sink.end();
  });
});

test('namespaces that come and go have their objects told in turns', async () => {
  const rig = await rigOf(count);
  rig.namespace('shop', { mesh: 'on' });
  const sink = new CountingSink();
  await read(sink, rig.make({ namespaceLabels: 'mesh=on' }));
  await until(() => sink.objects.size === count);
  sink.most = 0;
  rig.server.delete('namespaces', '', 'shop');
  await until(() => sink.objects.size === 0);
  rig.namespace('shop', { mesh: 'on' });
  await until(() => sink.objects.size === count);
  expect(sink.most).toBeLessThan(maxPerTurn);
  sink.end();
});

test('a snapshot is read and written in turns, and stops between two', async () => {
  const rig = await rigOf(count);
  const snapshot = join(rig.kubeconfig({}), '..', 'state');
  const sink = new CountingSink();
  const source = rig.make({ snapshot });
  await read(sink, source);
  await source.stop();
  expect(readFileSync(snapshot, 'utf8').split('\n').length).toBeGreaterThan(count);
  rig.server.scripts.push(() => true);

  const again = new CountingSink();
  rig.make({ snapshot }).start(again);
  await until(() => again.objects.size === count);
  expect(again.most).toBeLessThan(maxPerTurn);

  const stopped = new CountingSink();
  const third = rig.make({ snapshot });
  third.start(stopped);
  await until(() => stopped.objects.size > 0);
  const asked = rig.server.requests.length;
  await third.stop();
  expect(stopped.objects.size).toBeLessThan(count);
  expect(rig.server.requests).toHaveLength(asked);
  for (const each of [sink, again, stopped]) each.end();
});
