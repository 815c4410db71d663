import { describe, expect, it } from 'vitest';
import { LinearRegExp } from '../../src/runtime/linear-regexp.ts';

describe('LinearRegExp', () => {
  it('finds groups by number and by name, and gives those that took no part as empty', () => {
    const pattern = new LinearRegExp(String.raw`^(?P<host>[a-z]+)\.(x)?example\.org\.$`);
    expect(pattern.groupCount).toBe(2);
    expect(pattern.match('www.example.org.')).toEqual({
      groups: ['www.example.org.', 'www', ''],
      named: { host: 'www' },
    });
    expect(pattern.match('www.example.net.')).toBeUndefined();
  });

  it('takes the syntax of RE2, and no other', () => {
    expect(new LinearRegExp('(?i)^A').test('abc')).toBe(true);
    expect(new LinearRegExp(String.raw`\pL+\z`).test('é')).toBe(true);
    for (const pattern of ['(?=a)', String.raw`(a)\1`, '(', 'a{1001}']) {
      expect(() => new LinearRegExp(pattern), pattern).toThrow(Error);
    }
  });

  it('needs linear time for what makes others explode', () => {
    expect(new LinearRegExp('^(a+)+$').test(`${'a'.repeat(50_000)}b`)).toBe(false);
    expect(new LinearRegExp('^(a|aa)+$').match(`${'a'.repeat(50_000)}b`)).toBeUndefined();
  });
});
