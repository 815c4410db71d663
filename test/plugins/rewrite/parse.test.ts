import { describe, expect, it } from 'vitest';
import { rewritePlugin } from '../../../src/plugins/rewrite/rewrite.ts';
import { parseDirective } from '../../support/plugin.ts';

const exact = (text: string) => ({ kind: 'exact', text });
const nameRule = { field: 'name', takesMetadata: false, isAuto: true, answers: [], continues: false };

describe('rewrite in a Corefile', () => {
  it.each<[string, object]>([
    ['name a.org B.org', { ...nameRule, from: exact('a.org.'), to: 'b.org.' }],
    ['NAME Exact a.org b.org', { ...nameRule, from: exact('a.org.'), to: 'b.org.' }],
    ['stop name a.org b.org', { ...nameRule, from: exact('a.org.'), to: 'b.org.' }],
    ['continue name a.org b.org', { ...nameRule, from: exact('a.org.'), to: 'b.org.', continues: true }],
    ['name prefix a b', { ...nameRule, from: { kind: 'prefix', text: 'a.' }, to: 'b.', isAuto: false }],
    ['name suffix a\\. b', { ...nameRule, from: { kind: 'suffix', text: 'a\\..' }, to: 'b.', isAuto: false }],
    ['name substring a. b.', { ...nameRule, from: { kind: 'substring', text: 'a.' }, to: 'b.', isAuto: false }],
    ['name regex (A)b {1}C', { ...nameRule, from: { kind: 'regex', text: '(A)b' }, to: '{1}c.', isAuto: false }],
    [
      'name regex (a) {p/Label}.{1} metadata answer auto',
      { ...nameRule, from: { kind: 'regex', text: '(a)' }, to: '{p/Label}.{1}.', takesMetadata: true },
    ],
    [
      'name exact a b answer name (x) {1} value y z answer value v w',
      {
        ...nameRule,
        from: exact('a.'),
        to: 'b.',
        answers: [
          { of: 'name', from: '(x)', to: '{1}.' },
          { of: 'value', from: 'y', to: 'z.' },
          { of: 'value', from: 'v', to: 'w.' },
        ],
      },
    ],
    // The example of CoreDNS's document.
    [
      'stop {\nname suffix .arpa .arpa\nanswer name auto\nanswer value (.*)\\.consul\\. {1}.rocks.\n}',
      {
        ...nameRule,
        from: { kind: 'suffix', text: '.arpa.' },
        to: '.arpa.',
        answers: [{ of: 'value', from: '(.*)\\.consul\\.', to: '{1}.rocks.' }],
      },
    ],
    ['type any HINFO', { field: 'type', from: 255, to: 13, continues: false }],
    ['type TYPE65 A', { field: 'type', from: 65, to: 1, continues: false }],
    ['class ch IN', { field: 'class', from: 3, to: 1, continues: false }],
    ['class CS IN', { field: 'class', from: 2, to: 1, continues: false }],
    ['ttl a.org 30', { field: 'ttl', of: exact('a.org.'), min: 30, max: 30, continues: false }],
    [
      'ttl suffix .org 30-300',
      { field: 'ttl', of: { kind: 'suffix', text: '.org.' }, min: 30, max: 300, continues: false },
    ],
    ['ttl a.org 30-', { field: 'ttl', of: exact('a.org.'), min: 30, max: 2_147_483_647, continues: false }],
    ['ttl a.org -30', { field: 'ttl', of: exact('a.org.'), min: 0, max: 30, continues: false }],
    ['ttl regex a|b 0', { field: 'ttl', of: { kind: 'regex', text: 'a|b' }, min: 0, max: 0, continues: false }],
    ['rcode a.org servfail NXDOMAIN', { field: 'rcode', of: exact('a.org.'), from: 2, to: 3, continues: false }],
    [
      'rcode prefix a 23 badsig',
      { field: 'rcode', of: { kind: 'prefix', text: 'a.' }, from: 23, to: 16, continues: false },
    ],
    ['cname A.org b.org', { field: 'cname', from: exact('a.org.'), to: 'b.org.', continues: false }],
    ['cname prefix A b', { field: 'cname', from: { kind: 'prefix', text: 'a' }, to: 'b', continues: false }],
    [
      'cname regex (\\S+)\\.a {1}.b',
      { field: 'cname', from: { kind: 'regex', text: '(\\S+)\\.a' }, to: '{1}.b.', continues: false },
    ],
    [
      'edns0 local set 0xffee 0x61Bc',
      {
        field: 'edns0',
        action: 'set',
        code: 0xffee,
        value: { kind: 'octets', octets: Uint8Array.of(0x61, 0xbc) },
        isReverted: false,
        continues: false,
      },
    ],
    [
      'continue edns0 LOCAL append 65001 abc revert',
      {
        field: 'edns0',
        action: 'append',
        code: 65_001,
        value: { kind: 'octets', octets: Uint8Array.of(97, 98, 99) },
        isReverted: true,
        continues: true,
      },
    ],
    [
      'edns0 local replace 1 {client_ip}',
      {
        field: 'edns0',
        action: 'replace',
        code: 1,
        value: { kind: 'variable', name: 'client_ip' },
        isReverted: false,
        continues: false,
      },
    ],
    [
      'edns0 local set 1 {a/b}',
      {
        field: 'edns0',
        action: 'set',
        code: 1,
        value: { kind: 'variable', name: 'a/b' },
        isReverted: false,
        continues: false,
      },
    ],
    [
      'edns0 local unset 10',
      { field: 'edns0', action: 'unset', code: 10, value: undefined, isReverted: false, continues: false },
    ],
    [
      'edns0 nsid set revert',
      {
        field: 'edns0',
        action: 'set',
        code: 3,
        value: { kind: 'octets', octets: new Uint8Array(0) },
        isReverted: true,
        continues: false,
      },
    ],
    [
      'edns0 subnet set 24 56',
      {
        field: 'edns0',
        action: 'set',
        code: 8,
        value: { kind: 'subnet', bits4: 24, bits6: 56 },
        isReverted: false,
        continues: false,
      },
    ],
    [
      'edns0 subnet unset',
      { field: 'edns0', action: 'unset', code: 8, value: undefined, isReverted: false, continues: false },
    ],
  ])('reads rewrite %s', (line, rule) => {
    const { config, problems } = parseDirective(rewritePlugin, `rewrite ${line}`);
    expect(problems).toEqual([]);
    expect(config.rules).toEqual([rule]);
  });

  it('reads the same from a block as from one line, and rules in the order of the lines', () => {
    const one = parseDirective(rewritePlugin, 'rewrite stop name regex (a) {1}b answer auto\nrewrite type A AAAA');
    const blocks = 'rewrite stop {\nname regex (a) {1}b\nanswer auto\n}\nrewrite {\ntype A AAAA\n}';
    expect(parseDirective(rewritePlugin, blocks)).toEqual(one);
    expect(one.config.rules.map(({ field }) => field)).toEqual(['name', 'type']);
  });

  it.each<[string, string, string?]>([
    ['rewrite', "2:1: error: expected 'rewrite [continue|stop] FIELD ...', but the rule ends after 'rewrite'"],
    ['rewrite stop', "2:9: error: expected 'rewrite stop FIELD ...', but the rule ends after 'stop'"],
    [
      'rewrite nmae a b',
      "2:9: error: what is rewritten must be one of 'name', 'type', 'class', 'edns0', 'ttl', 'cname', 'rcode', found 'nmae'; did you mean 'name'?",
    ],
    ['rewrite answer auto', "2:9: error: 'answer' belongs to a rule for a name"],
    ['rewrite name a', "2:14: error: expected 'rewrite name [exact|prefix|suffix|substring|regex] FROM TO"],
    [
      'rewrite name perfix a b',
      "2:14: error: the kind of match must be one of 'exact', 'prefix', 'suffix', 'substring', 'regex', found 'perfix'; did you mean 'prefix'?",
    ],
    ['rewrite name a b answer auto', '2:14: error: the kind of match must be one of'],
    ['rewrite name a..b c', "2:14: error: expected a name, found 'a..b': it has an empty label"],
    ['rewrite name a ü', "2:16: error: expected a name, found 'ü': it has letters outside ASCII; write 'xn--tda'"],
    [
      'rewrite name prefix a ü',
      "2:23: error: expected a name or a part of one, found 'ü': it has other letters than ASCII's; write 'xn--tda'",
    ],
    ['rewrite name regex ( b', '2:20: error: expected a regular expression (RE2)'],
    [`rewrite name regex ${'a'.repeat(10_001)} b`, '2:20: error: the regular expression has 10001 characters'],
    ['rewrite name regex (a) {1}.{2}', "2:24: error: '{2}' stands for no group: the regular expression has 1 group"],
    ['rewrite name regex a {1}', "2:22: error: '{1}' stands for no group: the regular expression has 0 groups"],
    [
      'rewrite name prefix a b auto',
      "2:25: error: unexpected argument 'auto', expected 'answer' or the end of the rule",
    ],
    ['rewrite name suffix a b answer', "2:25: error: expected 'rewrite name"],
    [
      'rewrite name suffix a b answer other',
      "2:32: error: what is rewritten in the answer must be one of 'auto', 'name', 'value', found 'other'",
    ],
    ['rewrite name suffix a b answer name c', "2:37: error: expected 'rewrite name"],
    ['rewrite name suffix a b answer name ( d', '2:37: error: expected a regular expression'],
    [
      'rewrite name suffix a b answer auto name c d',
      "2:32: error: 'answer auto' and 'answer name' contradict each other",
      'CONFLICT',
    ],
    [
      'rewrite name prefix a b metadata',
      "2:25: error: 'metadata' is for the kind of match 'regex', and this one is 'prefix'",
    ],
    ['rewrite name regex a {b} metadata', "2:22: error: expected '{1}' or '{plugin/label}' in braces, found '{b}'"],
    ['rewrite name regex a {a/b metadata', "2:22: error: expected '{1}' or '{plugin/label}' in braces, found '{a/b'"],
    ['rewrite type A', "2:14: error: expected 'rewrite type FROM TO', but the rule ends after 'A'"],
    ['rewrite type A AAAA A', "2:21: error: unexpected argument 'A', expected 'rewrite type FROM TO'"],
    ['rewrite type A AAAAA', "2:16: error: expected a type such as 'A' or 'AAAA', found 'AAAAA'; did you mean 'AAAA'?"],
    ['rewrite class IN XX', "2:18: error: expected a class: 'IN', 'CH', 'HS', 'NONE' or 'ANY', found 'XX'"],
    ['rewrite ttl a', "2:13: error: expected 'rewrite ttl"],
    ['rewrite ttl a b c d', "2:19: error: unexpected argument 'd'"],
    ...['-', '', '30-20', '-1-', '1-2-3', '1s', '4294967296'].map((ttl): [string, string] => [
      `rewrite ttl a "${ttl}"`,
      `2:15: error: expected a TTL in seconds such as '30', '30-300', '30-' or '-300', each at most 4294967295, found '${ttl}'`,
    ]),
    ['rewrite rcode a 2', "2:17: error: expected 'rewrite rcode"],
    [
      'rewrite rcode a 2 24',
      "2:19: error: expected a response code such as 'SERVFAIL', or its number up to 23, found '24'",
    ],
    [
      'rewrite rcode a SERVFIAL 0',
      "2:17: error: expected a response code such as 'SERVFAIL', or its number up to 23, found 'SERVFIAL'; did you mean 'SERVFAIL'?",
    ],
    ['rewrite cname a', "2:15: error: expected 'rewrite cname"],
    ['rewrite cname sufix a b', '2:15: error: the kind of match must be one of'],
    ['rewrite cname suffix "" b', "2:22: error: expected a part of a name, found ''"],
    ['rewrite edns0 local', "2:15: error: expected 'rewrite edns0 local|nsid|subnet"],
    [
      'rewrite edns0 locl set 1 a',
      "2:15: error: the EDNS option must be one of 'local', 'nsid', 'subnet', found 'locl'",
    ],
    [
      'rewrite edns0 local add 1 a',
      "2:21: error: what is done with the EDNS option must be one of 'set', 'append', 'replace', 'unset', found 'add'",
    ],
    ['rewrite edns0 local set 1', "2:25: error: expected 'rewrite edns0 local set|append|replace|unset CODE"],
    ['rewrite edns0 local set 1 a b', "2:29: error: unexpected argument 'b'"],
    ['rewrite edns0 local set 1 revert', "2:27: error: expected 'rewrite edns0 local"],
    [
      'rewrite edns0 local set 65536 a',
      "2:25: error: expected the code of an EDNS option, from 0 to 0xffff, found '65536'",
    ],
    ['rewrite edns0 local set x a', '2:25: error: expected the code of an EDNS option'],
    [
      'rewrite edns0 local set 10 a',
      "2:25: error: EDNS option '10' cannot be set: cookies (RFC 7873) are made for each upstream",
    ],
    [
      'rewrite edns0 local set 1 0xabc',
      "2:27: error: expected two hexadecimal digits for each octet behind '0x', found '0xabc'",
    ],
    [
      'rewrite edns0 local set 1 {qnam}',
      "2:27: error: expected '{qname}', '{qtype}', '{client_ip}', '{client_port}', '{protocol}', '{server_ip}', '{server_port}' or a metadata label such as '{plugin/label}', found '{qnam}'; did you mean '{qname}'?",
    ],
    [`rewrite edns0 local set 1 ${'a'.repeat(229)}`, '2:27: error: expected at most 228 octets of data, found 229'],
    ['rewrite edns0 local unset', "2:21: error: expected 'rewrite edns0 local"],
    ['rewrite edns0 nsid set a', "2:24: error: unexpected argument 'a'"],
    ['rewrite edns0 nsid unset revert', "2:26: error: unexpected argument 'revert'"],
    [
      'rewrite edns0 subnet set 33 56',
      "2:26: error: expected how many bits of IPv4 addresses are told, from 0 to 32, found '33'",
    ],
    [
      'rewrite edns0 subnet set 24 129',
      "2:29: error: expected how many bits of IPv6 addresses are told, from 0 to 128, found '129'",
    ],
    ['rewrite edns0 subnet set 24', "2:26: error: expected 'rewrite edns0 subnet"],
    ['rewrite edns0 subnet unset 24 56', "2:28: error: unexpected argument '24'"],
    ['rewrite name a b {\nanswer auto\n}', "3:1: error: unexpected block with 'answer'"],
    ['rewrite stop {\nname a b {\nanswer auto\n}\n}', "4:1: error: unexpected block with 'answer'"],
  ])('refuses %s', (lines, problem, code = 'ARGUMENT') => {
    const { problems } = parseDirective(rewritePlugin, lines);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`Corefile:${problem}`);
    expect(problems[0]).toContain(`[COREFILE_${code}]`);
  });
});
