import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fencedBlocks } from './markdown.ts';

function foldersOf(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** `src/FOLDER` and `src/FOLDER/FOLDER`. Plugins have a list of their own. */
function folders(): string[] {
  return foldersOf('src').flatMap((name) => [
    `src/${name}`,
    ...(name === 'plugins' ? [] : foldersOf(`src/${name}`).map((inner) => `src/${name}/${inner}`)),
  ]);
}

/** The same as the tree of the document has them. */
function documented(): string[] {
  const tree = fencedBlocks('ARCHITECTURE.md').find(({ text }) => text.includes('src/server/'))!;
  const found: string[] = [];
  let floor = '';
  for (const line of tree.text.split('\n')) {
    const [, top, inner] = /^(?:(src\/[\w-]+)\/| {4}([\w-]+)\/)/.exec(line) ?? [];
    floor = top ?? floor;
    if (top !== undefined || inner !== undefined) found.push(inner === undefined ? floor : `${floor}/${inner}`);
  }
  return found;
}

describe('ARCHITECTURE.md', () => {
  it('names every folder of src, and no others', () => {
    expect(documented().sort()).toEqual(folders().sort());
  });
});
