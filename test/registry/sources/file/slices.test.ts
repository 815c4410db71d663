/** That whoever has something to do has its turn while files are read: counted, with a clock that each look moves on. */
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FileSource, pollMs } from '../../../../src/registry/sources/file/file-source.ts';
import { maxChanges } from '../../../../src/registry/sources/file/served/served-files.ts';
import { readObject } from '../../../../src/registry/decode/object.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { RecordingLogger } from '../../../support/quiet-logger.ts';
import { RecordingSink } from '../source-conformance.ts';
import { entry, entryObject, temporaryDirectory } from './support.ts';

/** Each look at the time costs a millisecond: so a slice ends after a number of looks, whatever the machine. */
class CostlyClock extends FakeClock {
  /** Told of each timer before it fires. */
  onTimer = (): void => undefined;
  #spent = 0;

  override after(delayMs: number, callback: () => void): () => void {
    return super.after(delayMs, () => {
      this.onTimer();
      callback();
    });
  }

  override now(): number {
    return super.now() + this.#spent++;
  }
}

const sliceMs = 10;

interface Counted {
  readonly sink: RecordingSink;
  readonly source: FileSource;
  readonly clock: CostlyClock;
  /** Objects that were read, and those that were told, in each slice. */
  readonly slices: { read: number; told: number }[];
}

function counted(paths: string[]): Counted {
  const clock = new CostlyClock();
  const sink = new RecordingSink();
  const slices = [{ read: 0, told: 0 }];
  const source = new FileSource({
    paths,
    clock,
    logger: new RecordingLogger(),
    sliceMs,
    readObject(raw, origin) {
      slices.at(-1)!.read++;
      return readObject(raw, origin);
    },
  });
  const apply = sink.apply.bind(sink);
  sink.apply = (changes) => {
    apply(changes);
    slices.at(-1)!.told += sink.batches.at(-1)!.length;
  };
  clock.onTimer = () => slices.push({ read: 0, told: 0 });
  source.start(sink);
  onTestFinished(() => source.stop());
  return { sink, source, clock, slices };
}

const names = Array.from({ length: 3000 }, (_, index) => `se-${index}`);

describe.each<[string, (directory: string) => string[]]>([
  [
    'one YAML file',
    (directory) => {
      const path = join(directory, 'a.yaml');
      writeFileSync(path, names.map((name) => entry(name)).join('---\n'));
      return [path];
    },
  ],
  [
    'a JSON list',
    (directory) => {
      const path = join(directory, 'a.json');
      writeFileSync(path, JSON.stringify({ kind: 'List', items: names.map((name) => entryObject(name)) }));
      return [path];
    },
  ],
  [
    'many files',
    (directory) => {
      for (const name of names) writeFileSync(join(directory, `${name}.yaml`), entry(name));
      return [directory];
    },
  ],
])('%s', (_name, write) => {
  test('is read and told in slices', () => {
    const { sink, slices, clock } = counted(write(temporaryDirectory()));
    expect(sink.syncedCount).toBe(0);
    clock.advance(0);
    expect(sink.syncedCount).toBe(1);
    expect(sink.objects.size).toBe(names.length);
    // A look after each document, and after 30 of them that are told.
    expect(Math.max(...slices.map(({ read }) => read))).toBeLessThanOrEqual(sliceMs + 1);
    expect(Math.max(...slices.map(({ told }) => told))).toBeLessThanOrEqual(30 * (sliceMs + 1));
  });

  test('is left where it is when the source is stopped', () => {
    const { sink, source, slices, clock } = counted(write(temporaryDirectory()));
    let calls = -1;
    clock.onTimer = () => {
      slices.push({ read: 0, told: 0 });
      if (slices.length < 20) return;
      void source.stop();
      calls = sink.calls;
    };
    clock.advance(0);
    expect(slices.length).toBe(20);
    clock.advance(2 * pollMs);
    expect(clock.pending).toBe(0);
    expect(sink.syncedCount).toBe(0);
    expect(sink.calls).toBe(calls);
  });
});

test('a file of which all has changed is told in slices, what is new before what is gone', () => {
  const path = join(temporaryDirectory(), 'a.yaml');
  writeFileSync(path, names.map((name) => entry(name)).join('---\n'));
  utimesSync(path, 1, 1);
  const { sink, slices, clock } = counted([path]);
  clock.advance(0);
  const batches = sink.batches.length;
  writeFileSync(path, names.map((name) => entry(`new-${name}`)).join('---\n'));
  clock.advance(pollMs);
  clock.advance(1000);
  expect(Object.keys(sink.hosts).every((name) => name.startsWith('default/new-'))).toBe(true);
  expect(sink.objects.size).toBe(names.length);
  const later = sink.batches.slice(batches);
  expect(Math.max(...later.map((batch) => batch.length))).toBe(maxChanges);
  const types = later.flat().map(({ type }) => type);
  expect(types.lastIndexOf('upsert')).toBe(names.length - 1);
  expect(Math.max(...slices.map(({ read }) => read))).toBeLessThanOrEqual(sliceMs + 1);
});
