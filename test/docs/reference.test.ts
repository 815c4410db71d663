import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makePlugins } from '../../src/plugins/plugins.ts';
import { notBuiltDirectives } from '../../src/plugins/not-built.ts';
import { codeSpans, tableRows } from './markdown.ts';
import { documentedMetrics, referencePages } from './reference.ts';

const pages = await referencePages();

describe('docs/reference', () => {
  it.each(Object.entries(pages))('%s is what the code says; `node test/docs/reference.ts` writes it', (file, text) => {
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('has every metric that a README of a plugin names, and explains it', () => {
    const rows = tableRows(pages['docs/reference/metrics.md']!);
    expect(rows.filter(([, , , help]) => help === '')).toEqual([]);
    expect(rows.flatMap(([name]) => codeSpans(name!)).sort()).toEqual([...documentedMetrics().keys()].sort());
  });

  it('has no directive that is not built among those that are', () => {
    expect(makePlugins().filter(({ name }) => Object.hasOwn(notBuiltDirectives, name))).toEqual([]);
  });
});
