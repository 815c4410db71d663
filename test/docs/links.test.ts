import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { headingsOf } from './markdown.ts';

const files = globSync(['*.md', 'docs/**/*.md', 'deploy/**/*.md', 'src/**/*.md', 'bench/**/*.md', 'test/**/*.md']);

/** Targets of links and images, other than those of the web. */
function links(file: string): string[] {
  const prose = readFileSync(file, 'utf8')
    .replaceAll(/^( *)(```|~~~)[^]*?^ *\2$/gm, '')
    .replaceAll(/`[^`\n]*`/g, '');
  return Array.from(prose.matchAll(/\]\(([^)\s]+)\)/g), ([, target]) => target!).filter(
    (target) => !/^[a-z]+:/.test(target),
  );
}

/** The anchor that GitHub gives each heading. */
function anchors(file: string): string[] {
  return headingsOf(readFileSync(file, 'utf8').split('\n')).map(({ text }) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(files)('%s', (file) => {
  it.each(links(file))('links to %s', (link) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? file : join(dirname(file), path);
    expect(existsSync(target)).toBe(true);
    if (anchor !== undefined) expect(anchors(target)).toContain(anchor);
  });

  it('names no file of another directory by an absolute path', () => {
    expect(links(file).filter((link) => link.startsWith('/'))).toEqual([]);
  });
});

describe('the documents', () => {
  it('are found', () => {
    expect(files).toEqual(expect.arrayContaining(['README.md', 'docs/semantics.md', 'deploy/README.md']));
  });
});
