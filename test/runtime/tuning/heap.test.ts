import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { compactHeap, helperFlags } from '../../../src/runtime/tuning/heap.ts';

test('garbage is collected when memory is given back', () => {
  let object: object | undefined = { some: 'thing' };
  const reference = new WeakRef(object);
  object = undefined;
  return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
    compactHeap();
    expect(reference.deref()).toBeUndefined();
    expect('gc' in globalThis).toBe(false);
  });
});

test('several threads may collect at the same time', async () => {
  const threads = Array.from({ length: 4 }, () => new Worker(new URL('./collecting-thread.ts', import.meta.url)));
  const ends = threads.map((thread) => once(thread, 'exit'));
  expect(await Promise.all(ends)).toEqual([[0], [0], [0], [0]]);
});

test.each(helperFlags)('V8 has the option %s', (flag) => {
  const options = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  expect(options).toContain(` --${flag} (`);
});
