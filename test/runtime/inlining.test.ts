import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { inliningFlags } from '../../src/runtime/inlining.ts';

test.each(Object.entries(inliningFlags))('V8 has the option %s, and allows less than %i by itself', (flag, octets) => {
  const options = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  const own = new RegExp(`^ +--${flag} .*\\n.*default: --${flag}=(\\d+)`, 'm').exec(options)?.[1];
  expect(Number(own)).toBeGreaterThan(0);
  expect(Number(own)).toBeLessThan(octets);
});
