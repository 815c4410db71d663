/** However much there is to read or to take out, the thread takes it in slices. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { KubernetesSource } from '../../../../src/registry/sources/kubernetes/kubernetes-source.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { RecordingSink } from '../source-conformance.ts';
import { Rig, until } from './support.ts';

const count = 3000;
/** Objects that are applied in one slice at the most. */
const maxPerSlice = 600;

/** Each call of `now` takes a quarter of a millisecond; rests end at the next iteration of the event loop. */
class BusyClock extends FakeClock {
  #calls = 0;

  override now(): number {
    return super.now() + this.#calls++ / 4;
  }

  override after(delayMs: number, callback: () => void): () => void {
    if (delayMs > 1) return super.after(delayMs, callback);
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  }
}

/** Counts the changes of one iteration of the event loop. */
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
      await nextIteration();
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

const modes = [
  ['a page', { streamsLists: false, pageSize: count }],
  ['a streamed list', { streamsLists: true }],
] as const;

describe.each(modes)('%s', (_, timing) => {
  test('is read in slices at the start', async () => {
    const rig = await rigOf(count);
    const sink = new CountingSink();
    await read(sink, rig.make({}, { timing }));
    expect(sink.objects.size).toBe(count);
    expect(sink.most).toBeLessThan(maxPerSlice);
    sink.end();
  });

  test('that has nothing any more removes all in slices', async () => {
    const rig = await rigOf(count);
    const sink = new CountingSink();
    await read(sink, rig.make({}, { timing }));
    for (let i = 0; i < count; i++) rig.server.delete('serviceentries', 'shop', `e${i}`);
    rig.server.compact();
    sink.most = 0;
    rig.endWatches('serviceentries');
    await until(() => sink.objects.size === 0);
    expect(sink.most).toBeLessThan(maxPerSlice);
    sink.end();
  });

  test('ends between two slices when the source is stopped', async () => {
    const rig = await rigOf(count);
    const sink = new CountingSink();
    const source = rig.make({}, { timing });
    source.start(sink);
    await until(() => sink.objects.size > 0);
    await source.stop();
    const { size } = sink.objects;
    expect(size).toBeLessThan(count);
    for (let i = 0; i < 20; i++) await nextIteration();
    expect(sink.objects.size).toBe(size);
    sink.end();
  });
});

test('namespaces that come and go have their objects applied in slices', async () => {
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
  expect(sink.most).toBeLessThan(maxPerSlice);
  sink.end();
});

test('a snapshot is read and written in slices, and stops between two', async () => {
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
  expect(again.most).toBeLessThan(maxPerSlice);

  const stopped = new CountingSink();
  const third = rig.make({ snapshot });
  third.start(stopped);
  await until(() => stopped.objects.size > 0);
  const before = rig.server.requests.length;
  await third.stop();
  expect(stopped.objects.size).toBeLessThan(count);
  expect(rig.server.requests).toHaveLength(before);
  for (const each of [sink, again, stopped]) each.end();
});
