import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { allCases } from '../differential/all-cases.ts';
import { deliberateDifferences } from '../differential/deliberate.ts';
import { readDifferences } from '../differential/differences.ts';
import { documented } from '../differential/document.ts';

const text = readFileSync('docs/coredns.md', 'utf8');

it('docs/coredns.md has the cases and differences of test/differential; document.ts there writes them', () => {
  expect(text).toBe(documented(text));
});

it('each deliberate difference is shown by a case', () => {
  const shown = allCases.flatMap(({ plugin }) => Object.values(readDifferences(plugin)).flatMap(({ why }) => why));
  expect(Object.keys(deliberateDifferences).filter((name) => !shown.includes(name as never))).toEqual([]);
});
