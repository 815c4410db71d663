import { describe, expect, it } from 'vitest';
import { fencedBlocks, userDocuments } from './markdown.ts';
import { snippets } from '../deploy/core-dns.ts';
import { blocksFor, isNotRun, notRun, pageOf, runnerOf } from './runners.ts';

const blocks = userDocuments().flatMap(fencedBlocks);

describe('the fenced blocks of the documents', () => {
  it('are each run by a test, or are listed with the reason why not', () => {
    expect(blocks.filter((block) => !isNotRun(block) && runnerOf(block) === undefined)).toEqual([]);
  });

  it('for CoreDNS are among those that it is given', () => {
    const given = Object.values(snippets);
    expect(blocksFor('snippet').filter(({ text }) => !given.includes(text))).toEqual([]);
  });

  it.each(notRun)('$page has one block with $holds, which is not run', ({ page, holds }) => {
    expect(blocks.filter(({ place, text }) => pageOf(place) === page && text.includes(holds))).toHaveLength(1);
  });
});
