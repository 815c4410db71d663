import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { autopathPlugin } from '../../../src/plugins/autopath/autopath.ts';
import { maxDomains, readSearchPath } from '../../../src/plugins/autopath/search-path.ts';
import { parseDirective } from '../../support/plugin.ts';

const directory = mkdtempSync(join(tmpdir(), 'autopath-'));
const file = join(directory, 'resolv.conf');
const empty = join(directory, 'empty.conf');
writeFileSync(file, 'nameserver 1.2.3.4\ndomain foo.com\nsearch bar.com BAZ.com\noptions ndots:5\n');
writeFileSync(empty, 'nameserver 1.2.3.4\n');
afterAll(() => rmSync(directory, { recursive: true }));

describe('autopath in a Corefile', () => {
  it.each([
    [`autopath ${file}`, ['example.org.']],
    [`autopath . ${file}`, ['.']],
    [`autopath A.test 10.0.0.0/8 ${file}`, ['a.test.', '10.in-addr.arpa.']],
    [`autopath ${file} {\n}`, ['example.org.']],
  ])('%s', (lines, zones) => {
    expect(parseDirective(autopathPlugin, lines)).toEqual({
      config: { zones, file, search: ['bar.com.', 'baz.com.'] },
      problems: [],
    });
  });

  it.each([
    ['autopath', /^Corefile:2:1: error: autopath needs zones and a file/],
    [
      'autopath @kubernetes',
      /^Corefile:2:10: error: '@kubernetes': .* 'kubernetes' in a later version; expected a file/,
    ],
    ['autopath a.test @kubernetes', /^Corefile:2:17: error: '@kubernetes'/],
    ['autopath /no/such/file', /^Corefile:2:10: error: '\/no\/such\/file' does not exist .*COREFILE_FILE/],
    ['autopath ""', /^Corefile:2:10: error: .*COREFILE_FILE/],
    [`autopath a..b ${file}`, /^Corefile:2:10: error: 'a..b' is not a zone name/],
    [`autopath ${file} {\nx\n}`, /^Corefile:3:1: error: .*autopath takes no block/],
    [`autopath ${file}\nautopath ${file}`, /^Corefile:3:1: error: .*COREFILE_REPEATED/],
    [`autopath ${empty}`, /^Corefile:2:10: warning: .* has no line 'search DOMAIN...'/],
  ])('reports %j', (lines, problem) => {
    expect(parseDirective(autopathPlugin, lines).problems).toEqual([expect.stringMatching(problem)]);
  });
});

describe('a search path', () => {
  it.each([
    ['search a.test b.test', ['a.test.', 'b.test.']],
    ['search a.test\nsearch b.test', ['b.test.']],
    ['search a.test b.test\ndomain c.test x', ['c.test.']],
    ['domain c.test\nsearch', []],
    ['\tsearch\ta.test  b.test ; comment', ['a.test.', 'b.test.']],
    ['# search a.test\n;search b.test\r\nsearch c.test\r\n', ['c.test.']],
    ['search A.test. a.test . B', ['a.test.', 'b.']],
    ['', []],
  ])('%j', (text, domains) => {
    expect(readSearchPath(text)).toEqual({ domains, faults: [] });
  });

  it('leaves out what is no domain, and what is too much', () => {
    expect(readSearchPath('search a..b c.test')).toEqual({
      domains: ['c.test.'],
      faults: ["'a..b' is no domain, as it has an empty label"],
    });
    const many = Array.from({ length: 40 }, (_, i) => `x${i}`).join(' ');
    const { domains, faults } = readSearchPath(`search ${many}`);
    expect([domains.length, faults]).toEqual([maxDomains, ['of 40 domains the first 32 are taken']]);
  });
});
