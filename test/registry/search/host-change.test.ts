import { describe, expect, test } from 'vitest';
import { changeText, isSameRow } from '../../../src/registry/search/host-change.ts';
import type { HostRow } from '../../../src/registry/search/host-row.ts';

const row: HostRow = {
  host: 'a.test',
  namespaces: ['shop'],
  sources: ['east'],
  exports: ['*'],
  answers: ['internal'],
  types: ['A'],
  ttl: 30,
  targets: '10.0.0.1',
  services: '_http._tcp:80',
};

describe('a change in words', () => {
  test.each<[Partial<HostRow>, readonly string[]]>([
    [{ ttl: 5 }, ['TTL: + 5 s, − 30 s']],
    [{ targets: '10.0.0.1 10.0.0.2' }, ['addresses: + 10.0.0.2']],
    [{ targets: '' }, ['addresses: − 10.0.0.1']],
    [{ services: '_http._tcp:81' }, ['services: + _http._tcp:81, − _http._tcp:80']],
    [{ namespaces: ['bank', 'shop'], sources: ['east', 'west'] }, ['namespaces: + bank', 'sources: + west']],
    [{ exports: ['.'] }, ['exported to: + ., − *']],
    [{ answers: ['forwarded'], types: [] }, ['answer: + forwarded, − internal', 'records: − A']],
  ])('%j', (changed, details) => {
    const after = { ...row, ...changed };
    expect(changeText({ atMs: 7, before: row, after })).toEqual({ atMs: 7, host: 'a.test', what: 'changed', details });
    expect(isSameRow(row, after)).toBe(false);
  });

  test('names the first of many', () => {
    const targets = Array.from({ length: 20 }, (_, i) => `10.0.0.${i}`).join(' ');
    const { details } = changeText({ atMs: 7, before: undefined, after: { ...row, targets } });
    expect(details[0]).toMatch(/^addresses: \+ 10\.0\.0\.0, .*\+ 10\.0\.0\.7, \+ 12 more$/);
  });

  test('there is none', () => {
    expect(isSameRow(row, { ...row, namespaces: ['shop'] })).toBe(true);
    expect(isSameRow(undefined, undefined)).toBe(true);
    expect(isSameRow(row, undefined)).toBe(false);
  });
});
