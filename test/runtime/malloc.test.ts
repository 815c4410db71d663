import { expect, test } from 'vitest';
import { loadAddon, type Addon } from '../../src/runtime/addon.ts';
import { keepNoFreedMemory } from '../../src/runtime/malloc.ts';

/** As `addon`, with a note of each call of a C function and of what it returned. */
function noting(addon: Addon, notes: string[]): Addon {
  const library = addon.load(null);
  return {
    ...addon,
    load: () => ({
      func(definition) {
        const call = library.func(definition);
        return (...args) => {
          const result = call(...args);
          notes.push(`${definition}: ${args.join(' ')}: ${result}`);
          return result;
        };
      },
    }),
  };
}

const isGlibc = 'glibcVersionRuntime' in (process.report.getReport() as { header: object }).header;

test.runIf(isGlibc)('glibc takes the thresholds', () => {
  const notes: string[] = [];
  keepNoFreedMemory(() => noting(loadAddon(), notes));
  expect(notes).toEqual(['int mallopt(int, int): -3 131072: 1', 'int mallopt(int, int): -1 131072: 1']);
});

test('a system without the addon, or without mallopt, is left as it is', () => {
  let asked = 0;
  const fail = (): never => {
    asked++;
    throw new Error('there is none');
  };
  keepNoFreedMemory(fail);
  keepNoFreedMemory(() => ({ ...({} as Addon), load: () => ({ func: fail }) }));
  expect(asked).toBe(2);
});
