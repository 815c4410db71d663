import { describe, expect, it } from 'vitest';
import { loadCorefile } from '../../src/cli/load.ts';
import { formatProblem } from '../../src/corefile/problem.ts';
import { parse } from './support.ts';

const million = 1_000_000;

/** Generous: each of these takes a few seconds on a machine of today. */
const cpuSeconds = 120;

function load(text: string) {
  const before = process.cpuUsage();
  const { problems, config } = loadCorefile({ file: 'Corefile', text }, 53, {});
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / million).toBeLessThan(cpuSeconds);
  return { problems: problems.list.map(formatProblem), omitted: problems.omitted, config };
}

describe('a Corefile that is much too large', () => {
  const tooLong = /^Corefile:1:1: error: this file has \d+ characters; expected at most 8388608 \[COREFILE_FILE\]$/;

  it('of 100 MB is one error', () => {
    const { problems } = load(`. {\n${' log example.org\n'.repeat(6.3 * million)}}\n`);
    expect(problems).toEqual([expect.stringMatching(tooLong)]);
  });

  it('of 100 MB in imported files is one error', () => {
    const files = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`/etc/d/${i}`, '#'.repeat(million)]));
    expect(parse('. {\n import d\n}', { files }).problems).toEqual([
      '/etc/Corefile:2:9: error: more than 8388608 characters in imported files, which is the most that one Corefile may have [COREFILE_IMPORT]',
    ]);
  });

  it('with 10,000 server blocks is read', () => {
    const { problems, config } = load(
      Array.from({ length: 10_000 }, (_, i) => `z${i}.test:5300 {\n log\n errors\n whoami\n}\n`).join(''),
    );
    expect(problems).toEqual([]);
    expect(config.blocks).toHaveLength(10_000);
  });

  it('with 50,000 lines of one directive is read', () => {
    const { problems } = load(`. {\n${Array.from({ length: 50_000 }, (_, i) => ` log z${i}.test\n`).join('')}}\n`);
    expect(problems).toEqual([]);
  });

  it.each([
    ['of words', `. {\n log ${'a '.repeat(2.1 * million)}\n}`, 'more than 2000000 words'],
    ['of lines that are no directives', `. {\n${' nonsense\n'.repeat(0.1 * million)}}`, `unknown directive 'nonsense'`],
    ['of braces', '{\n'.repeat(2.1 * million), 'more than 2000000 words'],
    ['of nested blocks', `. {\n${'log {\n'.repeat(0.1 * million)}`, 'blocks are nested more than 100 deep'],
    ['of an open quote', `. {\n log "${'a\n'.repeat(0.1 * million)}`, 'is never closed'],
    ['of networks', `${'10.0.0.0/17 '.repeat(0.01 * million)}{\n}\n`, 'more than 500000 zones'],
  ])('%s says so, with 1000 errors at most', (_, text, message) => {
    const { problems } = load(text);
    expect(problems.length).toBeLessThanOrEqual(1000);
    expect(problems.some((each) => each.includes(message))).toBe(true);
  });

  it('of snippets that multiply is one error', () => {
    const levels = Array.from({ length: 20 }, (_, i) => `(s${i}) {\n${`import s${i - 1}\n`.repeat(10)}}\n`).slice(1);
    const bomb = `(s0) {\n${' log a\n'.repeat(1000)}}\n${levels.join('')}. {\n import s19\n}\n`;
    expect(load(bomb).problems).toEqual([expect.stringContaining('more than 2000000 words from imports')]);
  });
});
