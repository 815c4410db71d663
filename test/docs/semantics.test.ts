import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allCases } from '../semantics/cases/all.ts';

const file = 'docs/semantics.md';
const sections = Array.from(readFileSync(file, 'utf8').matchAll(/^## (\d+)\. /gm), ([, number]) => number!);

/** `section 5`, `sections 3 to 6`, `sections 3, 4 and 6`, behind the name of the file, also where a line ends between. */
const citation = /semantics\.md[\s*/]+sections?[\s*/]+(\d+(?:(?:, | to | and )\d+)*)/g;

interface Citation {
  readonly place: string;
  readonly section: string;
}

function citations(directory: string): Citation[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|md)$/.test(name))
    .map((name) => join(directory, name))
    .flatMap((place) =>
      [...readFileSync(place, 'utf8').matchAll(citation)].flatMap(([, numbers]) =>
        numbers!.split(/\D+/).map((section) => ({ place, section })),
      ),
    );
}

const cited = ['src', 'test', 'bench'].flatMap(citations);

describe('the contract', () => {
  it('has its sections in order', () => {
    expect(sections).toEqual(Array.from({ length: 11 }, (_, i) => String(i + 1)));
  });

  it('is cited by code and tests, in sections that there are', () => {
    expect(cited.length).toBeGreaterThan(20);
    expect(cited.filter(({ section }) => !sections.includes(section))).toEqual([]);
  });

  it.each(sections)('section %s has cases', (section) => {
    expect(allCases.filter((each) => each.section === section).length).toBeGreaterThan(0);
  });

  it('has no cases of sections that there are not', () => {
    expect(allCases.filter(({ section }) => !sections.includes(section))).toEqual([]);
  });
});
