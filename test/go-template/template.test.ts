import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GoTemplate, type Executed } from '../../src/go-template/template.ts';
import { GoFunction, GoMap, GoObject, type Value } from '../../src/go-template/values.ts';
import { templateFunctions } from '../../src/plugins/template/rule/functions.ts';
import { executed, failing, refused } from './go-results.ts';

function map(entries: Record<string, Value>, zero?: Value): GoMap {
  return new GoMap(new Map(Object.entries(entries)), zero);
}

const members: Record<string, Value | GoFunction> = {
  Zone: 'example.',
  Name: 'ip-10-0.example.',
  Class: 'IN',
  Type: 'A',
  Remote: '192.0.2.1',
  Match: ['ip-10-0.example.', '10', '0'],
  Group: map({ '0': 'ip-10-0.example.', a: '10', b: '0' }, ''),
  Var: map({ n: 5n, f: 1.5, s: 'text', l: [1n, 'x', 2.5], t: true, m: map({ k: 'v', j: 1n }) }),
  Meta: new GoFunction(['string'], ([label]) => (label === 'a/b' ? 'meta' : '')),
};

const data = new GoObject('*template.templateData', {
  member: (name) => (Object.hasOwn(members, name) ? members[name] : undefined),
  text: () => '{}',
});

function parse(text: string): GoTemplate {
  const template = GoTemplate.parse(text, templateFunctions);
  if (typeof template === 'string') throw new Error(template);
  return template;
}

function execute(text: string): Executed {
  return parse(text).execute(data);
}

describe('a template', () => {
  it.each(executed)('%j', (template, text) => {
    expect(execute(template)).toEqual({ text });
  });

  it.each(failing)('fails: %j', (template) => {
    expect(execute(template)).toEqual({ fault: expect.any(String) as string });
  });

  it.each(refused)('is none: %j', (template) => {
    expect(GoTemplate.parse(template, templateFunctions)).toEqual(expect.any(String));
  });
});

describe('what is wrong', () => {
  it.each([
    ['{{ .Nane }}', "can't evaluate field Nane in type *template.templateData (at character 4)"],
    ['ab {{ index .Match 9 }}', 'error calling index: index out of range: 9 (at character 7)'],
    [
      '{{ parseInt "gg" 16 8 }}',
      'error calling parseInt: strconv.ParseUint: parsing "gg": invalid syntax (at character 4)',
    ],
    ['{{ len 5 }}', 'error calling len: len of type int (at character 4)'],
  ])('%j at its execution', (template, fault) => {
    expect(execute(template)).toEqual({ fault });
  });

  it.each([
    ['{{ .Name', 'unclosed action (at character 1)'],
    ['{{ foo }}', 'function "foo" not defined (at character 4)'],
    ['{{ $x }}', 'undefined variable "$x" (at character 4)'],
    ['{{ if true }}x', 'unexpected EOF: an {{end}} is missing (at character 15)'],
    ['{{ $x = 1 }}', 'undefined variable "$x" (at character 4)'],
    ['{{ 1i }}', 'complex numbers are not supported (at character 4)'],
    [`{{ ${'('.repeat(200)}1${')'.repeat(200)} }}`, 'nested more than 100 deep (at character 104)'],
    [`${'{{ if 1 }}'.repeat(200)}${'{{ end }}'.repeat(200)}`, /^nested more than 100 deep/],
    [`{{ if 0 }}${'{{ else if 0 }}'.repeat(200)}{{ end }}`, /^nested more than 100 deep/],
  ])('%j when it is read', (template, fault) => {
    const expected = typeof fault === 'string' ? fault : (expect.stringMatching(fault) as string);
    expect(GoTemplate.parse(template)).toEqual(expected);
  });
});

describe('an execution', () => {
  it.each([
    ['{{ range 100000 }}{{ end }}', /steps/],
    ['{{ range 1000 }}{{ range 1000 }}{{ end }}{{ end }}', /steps/],
    ['{{ range 9223372036854775807 }}{{ end }}', /steps/],
    ['{{ range 1000 }}{{ printf "%1000d" 1 }}{{ end }}', /65535 characters/],
    ['{{ $x := "xxxxxxxx" }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}', /65535 characters/],
    ['{{ printf "%99999d" 1 }}', /width/],
    ['{{ define "x" }}{{ template "x" }}{{ end }}{{ template "x" }}', /deep/],
    ['{{ define "x" }}{{ if 1 }}{{ template "x" . }}{{ end }}{{ end }}{{ template "x" 1 }}', /deep/],
    ['{{ printf "%*d" 5 1 }}', /not supported by printf/],
  ])('of %s is bounded', (template, fault) => {
    const started = performance.now();
    expect(execute(template)).toEqual({ fault: expect.stringMatching(fault) as string });
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('is the same each time', () => {
    const template = parse('{{ $x := 1 }}{{ $x = 2 }}{{ $x }}{{ range .Match }}{{ break }}{{ end }}');
    expect([template.execute(data), template.execute(data)]).toEqual([{ text: '2' }, { text: '2' }]);
  });
});

describe('a constant template', () => {
  it.each([
    ['plain', 'plain'],
    ['a {{- /* comment */ -}} b', 'ab'],
    ['{{ .Name }}', undefined],
    ['{{ "x" }}', undefined],
  ])('%j', (template, text) => {
    expect(parse(template).constant).toBe(text);
  });
});

describe('hostile templates', () => {
  const word = fc.oneof(
    fc.constantFrom(
      '{{',
      '}}',
      '{{-',
      '-}}',
      ' ',
      '(',
      ')',
      '|',
      ':=',
      '=',
      ',',
      '$',
      '$x',
      '.',
      '.Name',
      '"',
      '`',
      "'",
      '\\',
      '/*',
      '*/',
    ),
    fc.constantFrom(
      'if',
      'else',
      'end',
      'range',
      'with',
      'break',
      'define',
      'template',
      'block',
      'nil',
      'true',
      '1',
      '0x',
      '-',
      '1e9',
    ),
    fc.constantFrom('print', 'printf', 'len', 'index', 'slice', 'eq', 'and', '.Match', '"%d%s%5q"', '"x"', '\n'),
    fc.string({ maxLength: 4 }),
  );

  it('are read and executed, or have a fault', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        for (const text of [words.join(' '), words.join(''), `{{ ${words.join(' ')} }}`]) {
          const template = GoTemplate.parse(text, templateFunctions);
          if (typeof template !== 'string') template.execute(data);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it.each(['{{', '}}', '{{ x', ' ', '{{ 1 }}', '{{/* */}}', '{{- 1 -}} ', '"', '((', '\\', '{{ "'])(
    'of many %j take no long time',
    (part) => {
      const started = performance.now();
      const text = part.repeat(5000);
      for (const each of [text, `{{${text}`, `{{ "${text}" }}`, `${text}{{- 1 }}`]) {
        const template = GoTemplate.parse(each);
        if (typeof template !== 'string') template.execute(null);
      }
      expect(performance.now() - started).toBeLessThan(2000);
    },
  );
});
