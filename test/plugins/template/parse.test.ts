import { describe, expect, it } from 'vitest';
import type { TemplateRule } from '../../../src/plugins/template/config.ts';
import { templatePlugin } from '../../../src/plugins/template/template.ts';
import { parseDirective } from '../../support/plugin.ts';

const rule: TemplateRule = {
  zones: ['example.org.'],
  class: 1,
  type: 1,
  patterns: [],
  variables: [],
  conditions: [],
  records: { answer: [], additional: [], authority: [] },
  code: 0,
  extendedError: undefined,
  fallthrough: [],
};

describe('template in a Corefile', () => {
  it.each<[string, Partial<TemplateRule>]>([
    ['template IN A', {}],
    ['template in a {\n}', {}],
    ['template ANY ANY .', { class: 255, type: 255, zones: ['.'] }],
    [
      'template CH TYPE65 A.test 10.0.0.0/24 A.test',
      { class: 3, type: 65, zones: ['a.test.', '0.0.10.in-addr.arpa.'] },
    ],
    ['template IN A {\nmatch a b\nmatch "c d"\n}', { patterns: ['a', 'b', 'c d'] }],
    ['template IN A {\nrcode NXDOMAIN\n}', { code: 3 }],
    ['template IN A {\nrcode refused\n}', { code: 5 }],
    ['template IN A {\nederror 21\n}', { extendedError: { code: 21, text: '' } }],
    ['template IN A {\nederror 21 "why not"\n}', { extendedError: { code: 21, text: 'why not' } }],
    ['template IN A {\nfallthrough\n}', { fallthrough: ['.'] }],
    ['template IN A {\nfallthrough a.test 10.0.0.0/24\n}', { fallthrough: ['a.test.', '0.0.10.in-addr.arpa.'] }],
    ['template IN A {\nupstream\nupstream 192.0.2.1\n}', {}],
    [
      "template IN A {\nvar a 1\nvar b a + 1\nexpr b > 1 && group('x') == group(1)\nexpr name() == 'x.'\n}",
      {
        variables: [
          { name: 'a', expression: '1' },
          { name: 'b', expression: 'a + 1' },
        ],
        conditions: ["b > 1 && group('x') == group(1)", "name() == 'x.'"],
      },
    ],
    ["template IN A {\nvar c 'x' + name()\n}", { variables: [{ name: 'c', expression: "'x' + name()" }] }],
    [
      'template IN A {\nanswer "a. A 192.0.2.1" "{{ .Name }} A 192.0.2.2"\nanswer "{{ .Nane }}"\nadditional "a A 192.0.2.3"\nauthority "a NS b"\n}',
      {
        records: {
          answer: ['a. A 192.0.2.1', '{{ .Name }} A 192.0.2.2', '{{ .Nane }}'],
          additional: ['a A 192.0.2.3'],
          authority: ['a NS b'],
        },
      },
    ],
  ])('%j', (lines, expected) => {
    const { config, problems } = parseDirective(templatePlugin, lines);
    expect(problems.filter((problem) => problem.includes('error:'))).toEqual([]);
    expect(config).toEqual({ rules: [{ ...rule, ...expected }] });
  });

  it('may stand several times', () => {
    const { config } = parseDirective(templatePlugin, 'template IN A\ntemplate IN AAAA x.test');
    expect(config).toEqual({ rules: [rule, { ...rule, type: 28, zones: ['x.test.'] }] });
  });

  it.each<readonly [lines: string, problem: RegExp]>([
    ['template', /^Corefile:2:1: error: template needs a class, a type and zones/],
    ['template IN', /^Corefile:2:10: error: template needs a class, a type and zones/],
    ['template X A', /^Corefile:2:10: error: the class of template must be 'IN', 'CH', 'HS' or 'ANY', found 'X'/],
    [
      'template IN AAAAA',
      /^Corefile:2:13: error: the type of template must be a type of records .* did you mean 'AAAA'/,
    ],
    ['template IN A a..b', /^Corefile:2:15: error: 'a..b' is not a zone name/],
    ['template IN A {\nanswr x\n}', /^Corefile:3:1: error: unknown option 'answr' of template.*'answer'/],
    ['template IN A {\nmatch\n}', /^Corefile:3:1: error: match needs regular expressions/],
    ['template IN A {\nmatch (\n}', /^Corefile:3:7: error: expected a regular expression \(RE2\)/],
    [`template IN A {\nmatch ${'x'.repeat(10_001)}\n}`, /^Corefile:3:7: error: the regular expression has 10001/],
    ['template IN A {\nanswer\n}', /^Corefile:3:1: error: answer needs records/],
    [
      'template IN A {\nanswer "{{"\n}',
      /^Corefile:3:8: error: expected a template of Go, found '.*': unclosed action \(at character 1\)/,
    ],
    ['template IN A {\nadditional "{{ foo }}"\n}', /^Corefile:3:12: error: .*function "foo" not defined/],
    ['template IN A {\nauthority "{{ end }}"\n}', /^Corefile:3:11: error: .*unexpected {{end}}/],
    [
      'template IN A {\nanswer "a. A 300.0.0.1"\n}',
      /^Corefile:3:8: error: expected a record .*the RDATA of A is wrong/,
    ],
    ['template IN A {\nanswer ""\n}', /^Corefile:3:8: error: expected a record .*the text is empty/],
    ['template IN A {\nanswer "{{/* nothing */}}"\n}', /^Corefile:3:8: error: expected a record .*the text is empty/],
    ['template IN A {\nrcode\n}', /^Corefile:3:1: error: rcode needs one response code/],
    ['template IN A {\nrcode NXDOMIAN\n}', /^Corefile:3:7: error: rcode must be .*did you mean 'NXDOMAIN'/],
    ['template IN A {\nrcode BADVERS\n}', /^Corefile:3:7: error: rcode must be a response code that needs no EDNS/],
    ['template IN A {\nrcode NOERROR NXDOMAIN\n}', /^Corefile:3:15: error: unexpected argument 'NXDOMAIN'/],
    ['template IN A {\nrcode NOERROR\nrcode NOERROR\n}', /^Corefile:4:1: error: 'rcode' stands here again/],
    ['template IN A {\nederror x\n}', /^Corefile:3:9: error: the code of ederror must be an integer/],
    ['template IN A {\nederror 65536\n}', /^Corefile:3:9: error: the code of ederror must be between 0 and 65535/],
    ['template IN A {\nederror 1 two three\n}', /^Corefile:3:15: error: unexpected argument 'three'/],
    ['template IN A {\nfallthrough a..b\n}', /^Corefile:3:13: error: 'a..b' is not a zone name/],
    ['template IN A {\nvar\n}', /^Corefile:3:1: error: var needs a name and an expression/],
    ['template IN A {\nvar a\n}', /^Corefile:3:5: error: var needs a name and an expression/],
    ...['1a', 'a-b', 'name', 'group', 'len', 'true', 'let', 'any', 'a.b', ''].map(
      (name) =>
        [
          `template IN A {\nvar "${name}" 1\n}`,
          new RegExp(`^Corefile:3:5: error: the name of a variable must be .*, found '${name}'`),
        ] as const,
    ),
    ['template IN A {\nvar a 1 +\n}', /^Corefile:3:\d+: error: expected an expression/],
    ['template IN A {\nvar a undefined\n}', /^Corefile:3:7: error: .*unknown name 'undefined'/],
    ['template IN A {\nvar a b + 1\nvar b 1\n}', /^Corefile:3:7: error: .*unknown name 'b'/],
    ['template IN A {\nvar a 1\nvar a 2\n}', /^Corefile:4:5: error: the name of a variable/],
    ["template IN A {\nvar a 1\nvar c 'x' + a\n}", /^Corefile:4:\d+: error: expected an expression/],
    ['template IN A {\nexpr\n}', /^Corefile:3:1: error: expr needs an expression/],
    ['template IN A {\nexpr nmae()\n}', /^Corefile:3:6: error: .*unknown name 'nmae'.*did you mean 'name'/],
    ['template IN A {\nexpr 1\n}', /^Corefile:3:1: warning: the expression is never true, as its value is int/],
    ['template IN A {\nmatch x {\ny\n}\n}', /^Corefile:4:1: error: unexpected option 'y': match takes no block/],
  ])('refuses %j', (lines, problem) => {
    expect(parseDirective(templatePlugin, lines).problems).toEqual([expect.stringMatching(problem)]);
  });

  it.each([
    ['template ANY AAAA {\nrcode NXDOMAIN\n}', [/^Corefile:3:7: warning: NXDOMAIN says .* AAAA .*'rcode NOERROR'/]],
    ['template ANY ANY {\nrcode NXDOMAIN\n}', []],
    ['template ANY AAAA {\nrcode NOERROR\n}', []],
  ])('warns of NXDOMAIN for one type: %j', (lines, problems) => {
    const expected = problems.map((problem) => expect.stringMatching(problem) as string);
    expect(parseDirective(templatePlugin, lines).problems).toEqual(expected);
  });
});
