import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EvaluationError, ExpressionError } from '../../src/expression/errors.ts';
import { Expression } from '../../src/expression/expression.ts';
import { queryEnvironment } from '../../src/expression/query-environment.ts';
import { formatValue } from '../../src/expression/values/format.ts';
import { QueryMetadata } from '../../src/wire/metadata.ts';
import { makeQuery } from '../support/query.ts';

const query = makeQuery('Abc.Example.com', 'A', { peer: { address: '10.0.0.7', port: 4000, family: 4 } });

/** The text of the value; `COMPILE` where it is no expression, and `RUN` where it has no value. */
function valueOf(text: string, of = query): string {
  try {
    return formatValue(new Expression(text, queryEnvironment).evaluate(of));
  } catch (error) {
    if (error instanceof ExpressionError) return 'COMPILE';
    if (error instanceof EvaluationError) return 'RUN';
    throw error;
  }
}

function errorOf(text: string): string {
  try {
    new Expression(text, queryEnvironment);
  } catch (error) {
    if (error instanceof ExpressionError) return `${error.at}: ${error.message}`;
    throw error;
  }
  return '';
}

describe('an expression', () => {
  // What expr-lang 1.17.8 makes of them in the environment of CoreDNS 1.15.0, printed by `%v`.
  const cases = JSON.parse(readFileSync('test/expression/expr-lang.json', 'utf8')) as [text: string, value: string][];
  it.each(cases)('%s is %s', (text, value) => {
    expect(valueOf(text)).toBe(value);
  });

  it('sees the metadata of the query', () => {
    const other = makeQuery('example.org', 'A');
    other.metadata = new QueryMetadata(new Map([['a/b', () => 'x']]));
    expect(valueOf("metadata('a/b') + metadata('a/c')", other)).toBe('x');
  });

  it.each([
    ['tcp', '65535 tcp'],
    ['tls', '65535 tcp'],
    ['udp', '512 udp'],
  ] as const)('sees how a query over %s came', (transport, expected) => {
    const other = makeQuery('example.org', 'A', { transport, edns: { payload: 100 } });
    expect(valueOf("string(bufsize()) + ' ' + proto()", other)).toBe(expected);
  });

  it('sees the DO bit, the class and the addresses of IPv6', () => {
    const peer = { address: '2001:db8::1', port: 9, family: 6 } as const;
    const other = makeQuery('x', 65_280, { edns: { dnssecOk: true }, class: 3, peer });
    expect(valueOf("[do(), class(), type(), client_ip(), incidr(client_ip(), '2001:db8::/32')]", other)).toBe(
      '[true CH TYPE65280 2001:db8::1 true]',
    );
  });
});

describe('what is no expression', () => {
  it.each([
    ["nmae() == 'a'", "0: unknown name 'nmae'"],
    ["name() == 'a' && foo", "17: unknown name 'foo'"],
    ['name() + 1', "7: '+' is not for string and int"],
    ["name == 'a'", "5: '==' is not for function name and string"],
    ["incidr('::1')", '0: incidr: expected 2 arguments, found 1'],
    ["incidr('::1', 7)", '14: incidr: argument 2 must be string, and is int'],
    ['upper(1)', 'upper'],
    ["name() matches '('", '15: expected a regular expression (RE2)'],
    ['(1', '2: the expression ends'],
    ["'abc", '0: the string is not closed'],
    ["1 + '\\q'", '5: '],
    ['now()', "0: 'now' is not built"],
    ["$env['name']", "0: '$env' is not built"],
    ['', '0: the expression ends'],
    ['1 /* x', '2: the comment is not closed'],
    ['filter(1..3, 1)', '13: the predicate of filter must be a bool, and is int'],
    ['let name = 1; 2', "4: the name 'name' has a meaning already"],
    ['#', "0: unexpected '#'"],
    [`${'('.repeat(600)}1${')'.repeat(600)}`, 'nested too deep'],
    [Array.from({ length: 600 }, () => 'true').join(' || '), 'nested too deep'],
    [`[${'1,'.repeat(10_001)}]`, 'too long'],
  ])('%.60s', (text, message) => {
    expect(errorOf(text)).toContain(message);
  });
});

describe('an evaluation is bounded', () => {
  it.each([
    '1..1000000',
    'all(1..1000, {let x = #; all(1..1000, # > 0)})',
    "repeat('a', 999999) matches '(a+)+b'",
    "len(repeat(repeat('a', 100000), 100000))",
    'uniq(1..2000)',
    "any(1..1000, repeat('a', 100000 + #) contains 'b')",
    'map(1..1000, map(1..1000, #))',
    "reduce(1..1000, #acc + #acc, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaa')",
    "any(1..5000, 'a' matches repeat('a', 100 + #))",
  ])('%s', (text) => {
    // Without a bound these take from seconds to years.
    expect(valueOf(text)).toBe('RUN');
  });

  it('whatever is written', () => {
    const words = fc.constantFrom(
      ...[
        'name()',
        '1',
        "'a'",
        '[',
        ']',
        '(',
        ')',
        '{',
        '}',
        '#',
        '.',
        ',',
        ':',
        '?',
        '+',
        '-',
        '..',
        'in',
        'not',
        '??',
        '?.',
      ],
      ...[
        'filter(',
        'map(',
        'all(',
        'reduce(',
        'x',
        'let x =',
        ';',
        '|',
        '==',
        '&&',
        'matches',
        'nil',
        'true',
        '`',
        '"',
        '/',
      ],
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 20 }).map((list) => list.join(' ')),
    );
    fc.assert(
      fc.property(text, (each) => {
        expect(typeof valueOf(each)).toBe('string');
      }),
      { numRuns: 2000 },
    );
  });
});
