import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { giveBackMemory, helperFlags } from '../../src/runtime/heap.ts';

test('garbage is collected when memory is given back', () => {
  let object: object | undefined = { some: 'thing' };
  const reference = new WeakRef(object);
  object = undefined;
  return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
    giveBackMemory();
    expect(reference.deref()).toBeUndefined();
    expect('gc' in globalThis).toBe(false);
  });
});

test.each(helperFlags)('V8 has the option %s', (flag) => {
  const options = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  expect(options).toContain(` --${flag} (`);
});
