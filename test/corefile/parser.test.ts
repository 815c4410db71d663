import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outline, parse } from './support.ts';

describe('parseCorefile', () => {
  const good: [why: string, text: string, expected: string[]][] = [
    ['nothing', '', []],
    ['a block', '.:53 {\n whoami\n log a b\n}', ['.:53 { whoami; log a b }']],
    ['an empty block', '. {\n}', ['. { }']],
    ['an empty block on one line', '. { }', ['. { }']],
    ['several blocks', 'a {\n}\nb {\n}', ['a { }', 'b { }']],
    ['a block right after another', 'a {\n} b {\n}', ['a { }', 'b { }']],
    ['several keys', 'a b:53 {\n}', ['a b:53 { }']],
    ['keys with commas', 'a, b , c {\n}', ['a b c { }']],
    ['keys over lines after a comma', 'a,\nb,\n c {\n}', ['a b c { }']],
    ['the brace on the next line', 'a b\n{\n whoami\n}', ['a b { whoami }']],
    ['a directive on the line of the brace', '. { whoami\n log\n}', ['. { whoami; log }']],
    ['no braces', 'a b\nwhoami\nlog {\n class all\n}\n', ['a b { whoami; log { class all } }']],
    ['only a key', 'example.org', ['example.org { }']],
    ['an empty key is skipped', '"" a "" {\n}', ['a { }']],
    ['nested blocks', 'a {\n b {\n  c {\n   d\n  }\n  e\n }\n f\n}', ['a { b { c { d }; e }; f }']],
    ['an empty nested block', 'a {\n b {\n }\n}', ['a { b { } }']],
    ['an option on the line of the brace', 'a {\n b { c d\n e\n }\n}', ['a { b { c d; e } }']],
    ['a nested block on one line', 'a {\n b { c d }\n e\n}', ['a { b { c d }; e }']],
    ['nested blocks on one line', 'a {\n b { c { d } }\n}', ['a { b { c { d } } }']],
    ['a quoted brace is a word', 'a {\n b "{" "}"\n "}"\n}', ['a { b { }; } }']],
    ['a quoted import is a word', 'a {\n "import" x\n}', ['a { import x }']],
    ['import further on in a line is a word', 'a {\n log import x\n}', ['a { log import x }']],
    ['braces inside words', 'a {\n b {} x}y {{c}} {d}\n}', ['a { b {} x}y {{c}} {d} }']],
    ['the line goes on after a quoted line break', 'a {\n b "x\ny" z\n c\n}', ['a { b x\ny z; c }']],
    ['comments', '# c\na { # c\n b c#d e\n} # c', ['a { b c }']],
    ['a snippet', '(s) {\n log\n}\na {\n import s\n}', ['a { log }']],
    ['a snippet with its brace on the next line', '(s)\n{\n log\n}\na {\n import s\n}', ['a { log }']],
    ['repeated directives stay in order', 'a {\n log x\n errors\n log y\n}', ['a { log x; errors; log y }']],
    ['CRLF', 'a {\r\n b c\r\n}\r\n', ['a { b c }']],
  ];
  it.each(good)('%s', (_, text, expected) => {
    const { blocks, problems } = parse(text);
    expect(problems).toEqual([]);
    expect(outline(blocks)).toEqual(expected);
  });

  it('keeps positions, quotes and the difference between no block and an empty one', () => {
    const { blocks } = parse('a b {\n  log "x y"\n  c {\n  }\n}');
    const at = (line: number, column: number) => ({ file: '/etc/Corefile', line, column });
    expect(blocks[0]?.position).toEqual(at(1, 1));
    expect(blocks[0]?.keys[1]).toEqual({ scheme: 'dns', zone: 'b.', port: undefined, position: at(1, 3), text: 'b' });
    expect(blocks[0]?.directives).toEqual([
      {
        name: { text: 'log', position: at(2, 3), quoted: false },
        args: [{ text: 'x y', position: at(2, 7), quoted: true }],
        block: undefined,
      },
      { name: { text: 'c', position: at(3, 3), quoted: false }, args: [], block: [] },
    ]);
  });

  const bad: [why: string, text: string, expected: string[]][] = [
    [
      '} on the line of a directive',
      '. { whoami }',
      [`1:12: unexpected '}' on the line of 'whoami': expected it on a line of its own`],
    ],
    [
      '} after a nested }',
      'a {\n b {\n  c\n } }\n',
      [`4:4: unexpected '}' on the line of 'b': expected it on a line of its own`],
    ],
    [
      'missing } of a server block',
      '. {\n whoami\n',
      [`1:3: this '{' is never closed: expected a '}' before the file ends`],
    ],
    [
      'missing } of a nested block',
      '. {\n a {\n  b\n}\n',
      [`1:3: this '{' is never closed: expected a '}' before the file ends`],
    ],
    [
      'the file ends in a nested block',
      '. {\n a {\n  b',
      [
        `2:4: this '{' is never closed: expected a '}' before the file ends`,
        `1:3: this '{' is never closed: expected a '}' before the file ends`,
      ],
    ],
    [
      'a comma too many',
      'a b, {\n}',
      [`1:6: expected another key after ',', but found '{'; is there a comma too many?`],
    ],
    [
      'a comma at the end',
      'a,',
      [`1:1: expected another key after ',', but the file ends; is there a comma too many?`],
    ],
    [
      'a } too many',
      '. {\n}\n}\n',
      [`3:1: unexpected '}': no '{' before it is open in this file; expected a server block key`],
    ],
    [
      'a } without braces',
      '.\nwhoami\n}\n',
      [`3:1: unexpected '}': no '{' before it is open in this file; expected a directive`],
    ],
    [
      'braces left out of one of two blocks',
      'a {\n}\nb\n whoami\n}\nc {\n}',
      [
        `3:1: expected '{' after server block key 'b', but found 'whoami'; only a file with a single block may leave out the braces`,
      ],
    ],
    [
      'a directive with its brace on the next line',
      '. {\n log\n {\n  class all\n }\n}',
      [`3:2: '{' opens a line: expected it at the end of the line of 'log', the directive that it belongs to`],
    ],
    ['a brace with no directive', '. {\n {\n  x\n }\n}', [`2:2: unexpected '{': expected a directive before it`]],
    [
      'words after a nested }',
      '. {\n a {\n } b {\n  c\n }\n d\n}',
      [`3:4: unexpected 'b' after '}': expected the end of the line`],
    ],
    ['a brace stuck to a key', 'a{\n whoami\n}\nb {\n}', [`1:2: 'a{' is one word: expected a space before '{'`]],
    [
      'a brace stuck to a snippet',
      '(s){\n log\n}\nb {\n import s\n}',
      [`1:4: '(s){' is one word: expected a space before '{'`],
    ],
    ['a snippet without braces', '(s)\n', [`1:1: snippet '(s)' needs braces: expected '{', but the file ends`]],
    [
      'a snippet without end',
      '(s) {\n log {\n}\n',
      [`1:5: this '{' is never closed: expected a '}' before the file ends`],
    ],
    ['a snippet without name', '() {\n}', [`1:1: expected the name of a snippet between '(' and ')'`]],
    ['a snippet among keys', 'a (s) {\n}', [`1:3: '(s)' names a snippet, so no other key may stand beside it`]],
    [
      'a quote without end',
      '. {\n log "x\n}',
      [`2:6: this '"' is never closed: expected another '"' before the file ends`],
    ],
  ];
  it.each(bad)('%s', (_, text, expected) => {
    const { problems, codes } = parse(text);
    expect(problems).toEqual(
      expected.map((each) => `/etc/Corefile:${each.replace(': ', ': error: ')} [COREFILE_SYNTAX]`),
    );
    expect(new Set(codes)).toEqual(new Set(['COREFILE_SYNTAX']));
  });

  it('reads on after each error, and keeps what is sound', () => {
    const text = [
      'a:x {',
      ' log',
      ' {',
      '  class',
      ' }',
      ' errors {',
      ' } x',
      '}',
      '}',
      'b, {',
      ' whoami }',
      'c {',
      ' import',
      '}',
    ];
    const { blocks, problems } = parse(text.join('\n'));
    expect(problems.map((each) => each.split(' ')[0])).toEqual([
      '/etc/Corefile:3:2:',
      '/etc/Corefile:7:4:',
      '/etc/Corefile:1:1:',
      '/etc/Corefile:9:1:',
      '/etc/Corefile:10:4:',
      '/etc/Corefile:11:9:',
      '/etc/Corefile:13:2:',
    ]);
    expect(outline(blocks)).toEqual([' { log { class }; errors { } }', 'b { whoami }', 'c { }']);
  });

  it('a brace stuck to a directive is part of the word, with a warning', () => {
    const { blocks, problems } = parse('. {\n foo{\n log "a{" {b} {$X}{\n}');
    expect(outline(blocks)).toEqual(['. { foo{; log a{ {b} { }']);
    expect(problems).toEqual([
      `/etc/Corefile:2:2: warning: 'foo{' is one word; to open a block put a space before '{' [COREFILE_SYNTAX]`,
    ]);
  });

  it('drops a block without keys', () => {
    const { blocks, problems } = parse('"" {\n whoami\n}\n{\n}\na {\n}');
    expect(outline(blocks)).toEqual(['a { }']);
    expect(problems).toEqual([
      '/etc/Corefile:1:1: warning: this server block has no key, so it is ignored [COREFILE_KEY]',
      '/etc/Corefile:4:1: warning: this server block has no key, so it is ignored [COREFILE_KEY]',
    ]);
  });

  it('bounds the depth of blocks', () => {
    const nested = (depth: number) => `. {\n${'a {\n'.repeat(depth)}${'}\n'.repeat(depth)}}`;
    expect(parse(nested(99)).problems).toEqual([]);
    expect(parse(nested(100)).problems).toEqual([
      '/etc/Corefile:101:3: error: blocks are nested more than 100 deep [COREFILE_SYNTAX]',
    ]);
    expect(parse(nested(100_000)).problems).toHaveLength(1);
    expect(parse('. ' + '{ '.repeat(100_000)).codes).toContain('COREFILE_SYNTAX');
  });

  const pieces = [
    '{',
    '}',
    '"',
    '(s)',
    'import',
    's',
    'f',
    'a',
    'b:1',
    '.',
    ',',
    'a,',
    '#',
    '\n',
    '\n',
    ' ',
    ' ',
    '\\',
    '{$A}',
    'x{',
    '*',
    '::/1',
  ];
  it('never throws and never hangs, whatever the text is', () => {
    const grammarLike = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((each) => each.join(''));
    fc.assert(
      fc.property(fc.oneof(grammarLike, fc.string({ unit: 'binary' })), grammarLike, (text, file) => {
        const { blocks, problems } = parse(text, { files: { '/etc/f': file }, env: { A: '{' } });
        expect(Array.isArray(blocks)).toBe(true);
        for (const problem of problems) expect(problem).toMatch(/^\/etc\/(Corefile|f):\d+:\d+: /);
      }),
      { numRuns: 3000 },
    );
  });

  it('reads what is printed of a tree as the same tree', () => {
    interface Line {
      readonly words: string[];
      readonly block: Line[] | undefined;
    }
    const word = fc.string({
      unit: fc.constantFrom('a', 'B', '{', '}', '"', ' ', '\n', '#', '(', ')', ',', 'é'),
      maxLength: 5,
    });
    const { line } = fc.letrec<{ line: Line }>((tie) => ({
      line: fc.record({
        words: fc.array(fc.oneof(word, fc.constantFrom('import', '{', '}')), { minLength: 1, maxLength: 4 }),
        block: fc.option(fc.array(tie('line'), { maxLength: 3 }), { nil: undefined, depthSize: 'small' }),
      }),
    }));
    const printWord = (text: string) =>
      /^[aBé(),]+$/.test(text) && text !== 'import' ? text : `"${text.replaceAll('"', '\\"')}"`;
    const print = (each: Line): string =>
      `${each.words.map(printWord).join(' ')}${each.block ? ` {\n${each.block.map(print).join('')}}` : ''}\n`;
    const shape = (directives: ReturnType<typeof parse>['blocks'][number]['directives']): Line[] =>
      directives.map(({ name, args, block }) => ({
        words: [name, ...args].map((each) => each.text),
        block: block && shape(block),
      }));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
        const { blocks, problems } = parse(`a.org {\n${lines.map(print).join('')}}\n`);
        expect(problems).toEqual([]);
        expect(shape(blocks[0]!.directives)).toEqual(lines);
      }),
      { numRuns: 500 },
    );
  });
});
