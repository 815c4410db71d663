/** Files that come and go: nothing of those that are gone is remembered. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { doubtMs } from '../../../../src/registry/sources/file/doubt.ts';
import { FileSource, pollMs } from '../../../../src/registry/sources/file/file-source.ts';
import type { FileSystem } from '../../../../src/runtime/files/file-system.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { RecordingLogger } from '../../../support/quiet-logger.ts';
import { RecordingSink } from '../source-conformance.ts';
import { entry } from './support.ts';

const filesAtATime = 1000;

/** A directory in memory, with files of these names. */
function directoryOf(names: () => readonly string[], textOf: (name: string) => string): FileSystem {
  return {
    status(path) {
      const kind = path === '/x' ? 'directory' : 'file';
      return { kind, identity: path, stamp: path, size: 300, modifiedMs: 0 };
    },
    list: () => names().map((name) => ({ name, isLink: false, isDirectory: false })),
    read(path) {
      const text = textOf(path.slice(path.lastIndexOf('/') + 1));
      const bytes = Buffer.allocUnsafeSlow(text.length);
      bytes.write(text);
      return bytes;
    },
    linkTarget: () => undefined,
    watch: () => () => undefined,
  };
}

test('100,000 files with other names, a thousand at a time', () => {
  let round = 0;
  const names = (): string[] => Array.from({ length: filesAtATime }, (_, index) => `${round}-${index}.yaml`);
  const textOf = (name: string): string => {
    const [, index] = name.replace('.yaml', '').split('-').map(Number) as [number, number];
    // Some have a fault, some have what others have.
    if (index % 10 === 0) return 'kind: [\n';
    return entry(`se-${index % 10 === 1 ? 1 : index}`, `h${round}.example.com`);
  };
  const clock = new FakeClock();
  const fileSystem = directoryOf(names, textOf);
  const logger = new RecordingLogger();
  const source = new FileSource({ paths: [join('/x', '*.yaml')], clock, logger, fileSystem, sliceMs: Infinity });
  const sink = new RecordingSink();
  sink.rejected = () => undefined;
  source.start(sink);
  onTestFinished(() => source.stop());
  for (; round < 100; round++) {
    clock.advance(pollMs);
    clock.advance(doubtMs);
    logger.lines.length = 0;
    sink.batches.length = 0;
  }
  expect(sink.objects.size).toBe(filesAtATime * 0.8 + 1);
  // For each its place, and for those with a fault what it is.
  expect(source.rememberedPaths).toBeLessThanOrEqual(2 * filesAtATime);
});
