import { describe, expect, it } from 'vitest';
import { missingForRoot } from '../support/machine.ts';
import { fencedBlocks } from './markdown.ts';
import { isNotRun, sessionPages } from './runners.ts';
import { exchangesOf, isLike, Session } from './session.ts';

const missing = missingForRoot(sessionPages.join(', '), 'unshare', 'nsenter', 'ip', 'dig');

describe.skipIf(missing !== '')('who follows a page gets what it shows', () => {
  it.each(sessionPages)(
    '%s',
    async (page) => {
      const session = await Session.start();
      try {
        await session.follow(fencedBlocks(page).filter((block) => !isNotRun(block)));
      } finally {
        await session.stop();
      }
    },
    180_000,
  );
});

describe('what a document shows', () => {
  it.each([
    ['a\nb\n', 'a\nb\n', true],
    ['a\nb\nc\n', 'a\n...\n', true],
    ['a\nb\nc\n', 'a\n...\nc\n', true],
    ['a\nb\nc\n', 'b\n...\n', false],
    ['a\nb\n', 'a\n', false],
    ['; id: 5 (x)\n', '; id: 77 (x)\n', true],
    ['a. 5 IN SOA ns.a. b.a. 1 7200\n', 'a. 5 IN SOA ns.a. b.a. 9 7200\n', true],
    ['a. 5 IN SOA ns.a. b.a. 1 7200\n', 'a. 5 IN SOA ns.a. b.a. 1 7201\n', false],
  ])('%j is like %j: %s', (printed, documented, is) => {
    expect(isLike(printed, documented)).toBe(is);
  });

  it('is read command by command', () => {
    expect(exchangesOf('$ a \\\n  b\n1\n2\n$ c\n')).toEqual([
      { command: 'a \\\n  b', output: '1\n2\n' },
      { command: 'c', output: '' },
    ]);
  });
});
