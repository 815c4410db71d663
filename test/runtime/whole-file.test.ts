import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { nodePoolFileSystem } from '../../src/registry/allocation/pool-file-system.ts';
import { replaceFile, replaceFileSync } from '../../src/runtime/whole-file.ts';

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'whole-file-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Both forms. */
const forms: [string, (path: string, text: string) => unknown][] = [
  ['pieces', (path, text) => replaceFile(path, [text.slice(0, 2), text.slice(2)])],
  ['a text', (path, text) => replaceFileSync(nodePoolFileSystem, path, text, () => undefined)],
];

test.each(forms)('a file is replaced by %s', async (_name, replace) => {
  const directory = temporaryDirectory();
  const path = join(directory, 'a');
  writeFileSync(path, 'before');
  await replace(path, 'after');
  expect(readFileSync(path, 'utf8')).toBe('after');
  expect(readdirSync(directory)).toEqual(['a']);
});

test.each(forms)('where %s cannot replace it nothing is left', async (_name, replace) => {
  const directory = temporaryDirectory();
  const path = join(directory, 'a');
  // Nothing takes the name of a directory.
  mkdirSync(join(path, 'b'), { recursive: true });
  await expect((async () => await replace(path, 'after'))()).rejects.toThrow();
  expect(readdirSync(directory)).toEqual(['a']);
});

test.each(forms)('what a crash has left is written over by %s', async (_name, replace) => {
  const directory = temporaryDirectory();
  const path = join(directory, 'a');
  writeFileSync(`${path}.tmp`, 'half a text that is longer');
  await replace(path, 'after');
  expect(readFileSync(path, 'utf8')).toBe('after');
  expect(readdirSync(directory)).toEqual(['a']);
});
