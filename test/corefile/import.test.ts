import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { diskFiles } from '../../src/corefile/files.ts';
import { parseCorefile } from '../../src/corefile/parser.ts';
import { Problems } from '../../src/corefile/problem.ts';
import { outline, parse } from './support.ts';

describe('import', () => {
  const good: [why: string, text: string, files: Record<string, string>, expected: string[]][] = [
    ['directives', '. {\n a\n import x\n b\n}', { '/etc/x': 'c\nd e' }, ['. { a; c; d e; b }']],
    ['server blocks', 'import x\nb {\n}', { '/etc/x': 'a {\n c\n}\n' }, ['a { c }', 'b { }']],
    ['options', '. {\n log {\n  a\n  import x\n }\n}', { '/etc/x': 'b c' }, ['. { log { a; b c } }']],
    ['keys', 'import x\n{\n log\n}', { '/etc/x': 'a, b' }, ['a b { log }']],
    ['keys after a comma', 'z,\nimport x\n{\n log\n}', { '/etc/x': 'a' }, ['z a { log }']],
    ['the body of a block without braces', 'a\nimport x', { '/etc/x': 'log' }, ['a { log }']],
    ['an empty file', '. {\n import x\n a\n}\nimport x', { '/etc/x': '' }, ['. { a }']],
    [
      'relative to the file that holds it',
      '. {\n import d/x\n}',
      { '/etc/d/x': 'import y', '/etc/d/y': 'deep' },
      ['. { deep }'],
    ],
    ['upwards', '. {\n import ../x\n}', { '/x': 'a' }, ['. { a }']],
    ['an absolute path', '. {\n import /o/x\n}', { '/o/x': 'a' }, ['. { a }']],
    ['a snippet goes before a file', '(x) {\n snippet\n}\n. {\n import x\n}', { '/etc/x': 'file' }, ['. { snippet }']],
    ['a snippet on one line', '(s) { a }\n. {\n b\n import s\n}', {}, ['. { b; a }']],
    ['a snippet of snippets', '(a) {\n x\n}\n(b) {\n import a\n import a\n}\n. {\n import b\n}', {}, ['. { x; x }']],
    ['a snippet of options', '(s) {\n class all\n}\n. {\n log {\n  import s\n }\n}', {}, ['. { log { class all } }']],
    ['a snippet of server blocks', '(s) {\n a {\n  b\n }\n}\nimport s\n', {}, ['a { b }']],
    ['a snippet of an import on one line', '(s) { import x }\nimport s\n', { '/etc/x': 'a {\n b\n}' }, ['a { b }']],
    ['a snippet from a file', 'import x\n. {\n import s\n}', { '/etc/x': '(s) {\n a\n}' }, ['. { a }']],
    ['on one line of a nested block', '. {\n log { import x }\n}', { '/etc/x': 'a' }, ['. { log { a } }']],
    [
      'a pattern, in order',
      '. {\n import d/*.conf\n}',
      { '/etc/d/b.conf': 'b', '/etc/d/a.conf': 'a', '/etc/d/c.txt': 'c' },
      ['. { a; b }'],
    ],
    [
      'a pattern in a directory',
      '. {\n import */x\n}',
      { '/etc/b/x': 'b', '/etc/a/x': 'a', '/etc/c/y': 'c' },
      ['. { a; b }'],
    ],
    ['one ? and one *', '. {\n import ?/x*\n}', { '/etc/a/x1': 'a', '/etc/bb/x': 'b' }, ['. { a }']],
    ['dots in patterns are dots', '. {\n import a.*\n}', { '/etc/a.b': 'a', '/etc/axb': 'b' }, ['. { a }']],
    [
      'a directory, in order, without what is hidden and without directories in it',
      '. {\n import d\n}',
      { '/etc/d/b': 'b', '/etc/d/a.conf': 'a', '/etc/d/.c': 'c', '/etc/d/..data/a.conf': 'x', '/etc/d/sub/d': 'd' },
      ['. { a; b }'],
    ],
    ['a directory of server blocks', 'import d/\n. {\n x\n}', { '/etc/d/a': 'a {\n y\n}' }, ['a { y }', '. { x }']],
    [
      'directories that a pattern matches',
      '. {\n import d*\n}',
      { '/etc/d1/x': 'a', '/etc/d2/y': 'b' },
      ['. { a; b }'],
    ],
    [
      'a directory from within it',
      '. {\n import d\n}',
      { '/etc/d/a': 'import ../d/b', '/etc/d/b': 'x' },
      ['. { x; x }'],
    ],
    [
      'the directories of a mounted ConfigMap',
      '. {\n import d/*\n}',
      { '/etc/d/..data/a': 'a', '/etc/d/a': 'a' },
      ['. { a }'],
    ],
    [
      'a file that is matched and imported',
      '. {\n import d/*\n}',
      { '/etc/d/a': 'import b', '/etc/d/b': 'x' },
      ['. { x; x }'],
    ],
  ];
  it.each(good)('%s', (_, text, files, expected) => {
    const { blocks, problems } = parse(text, { files });
    expect(problems).toEqual([]);
    expect(outline(blocks)).toEqual(expected);
  });

  const bad: [why: string, text: string, files: Record<string, string>, expected: string[]][] = [
    [
      'missing file',
      '. {\n import nothere\n}',
      {},
      [`Corefile:2:9: error: no snippet above and no file ('/etc/nothere') has the name 'nothere' [COREFILE_IMPORT]`],
    ],
    [
      'a snippet that comes later, or nearly has the name',
      '(common) {\n}\n. {\n import comon\n}\n',
      {},
      [
        `Corefile:4:9: error: no snippet above and no file ('/etc/comon') has the name 'comon'; did you mean 'common'? [COREFILE_IMPORT]`,
      ],
    ],
    [
      'no match',
      '. {\n import d/*\n}',
      {},
      [`Corefile:2:9: warning: no file matches 'd/*' in '/etc' [COREFILE_IMPORT]`],
    ],
    [
      'a directory without files',
      '. {\n import d\n}',
      { '/etc/d/.hidden': 'x', '/etc/d/sub/x': 'x' },
      [`Corefile:2:9: warning: directory '/etc/d' has no files [COREFILE_IMPORT]`],
    ],
    [
      'two *',
      'import */*',
      {},
      [`Corefile:1:8: error: pattern '*/*' cannot be used: at most one '*' may stand in it [COREFILE_IMPORT]`],
    ],
    [
      'two ?',
      'import ??',
      {},
      [`Corefile:1:8: error: pattern '??' cannot be used: at most one '?' may stand in it [COREFILE_IMPORT]`],
    ],
    [
      '[',
      'import [a]',
      {},
      [`Corefile:1:8: error: pattern '[a]' cannot be used: '[' is not supported [COREFILE_IMPORT]`],
    ],
    [
      'no argument',
      '. {\n import\n}',
      {},
      [
        `Corefile:2:2: error: import needs the name of a snippet or file, but the line ends after 'import' [COREFILE_SYNTAX]`,
      ],
    ],
    [
      'two arguments',
      '. {\n import a b\n}',
      {},
      [
        `Corefile:2:11: error: import takes one argument, a snippet, a file or a pattern, but 'b' follows [COREFILE_SYNTAX]`,
      ],
    ],
    [
      'a block',
      '. {\n import a {\n  x\n }\n}',
      {},
      [
        `Corefile:2:11: error: import takes one argument, a snippet, a file or a pattern, but '{' follows [COREFILE_SYNTAX]`,
      ],
    ],
    [
      'a snippet of itself',
      '(s) {\n import s\n}\n. {\n import s\n}',
      {},
      [`Corefile:2:9: error: import cycle: (s) -> (s) [COREFILE_IMPORT]`],
    ],
    [
      'a file of itself',
      'import Corefile',
      { '/etc/Corefile': 'import Corefile' },
      [`Corefile:1:8: error: import cycle: /etc/Corefile -> /etc/Corefile [COREFILE_IMPORT]`],
    ],
    [
      'a cycle of files and snippets',
      '(s) {\n import a\n}\n. {\n import a\n}',
      { '/etc/a': 'x\nimport b', '/etc/b': 'import s' },
      [`Corefile:2:9: error: import cycle: /etc/a -> /etc/b -> (s) -> /etc/a [COREFILE_IMPORT]`],
    ],
    [
      'a snippet defined twice',
      '(s) {\n}\n(s) {\n}\n',
      {},
      [
        `Corefile:3:1: error: snippet 's' is defined a second time; the first one is at /etc/Corefile:1 [COREFILE_REPEATED]`,
      ],
    ],
    [
      'a brace that is opened in the file only',
      '. {\n import x\n log\n}',
      { '/etc/x': 'a {\n b' },
      [`x:1:3: error: this '{' is never closed: expected a '}' before the file ends [COREFILE_SYNTAX]`],
    ],
    [
      'a brace that is closed in the file only',
      '. {\n import x\n log\n}',
      { '/etc/x': 'a\n }\nb' },
      [`x:2:2: error: unexpected '}': no '{' before it is open in this file; expected a directive [COREFILE_SYNTAX]`],
    ],
    [
      'an error in a file that is imported twice, from its lexer',
      'a {\n import x\n}\nb {\n import x\n}',
      { '/etc/x': 'log "a' },
      [`x:1:5: error: this '"' is never closed: expected another '"' before the file ends [COREFILE_SYNTAX]`],
    ],
    [
      'a key in a file',
      'import x',
      { '/etc/x': '\n :53 {\n}' },
      [`x:2:2: error: key ':53' has no zone; did you mean '.:53'? [COREFILE_KEY]`],
    ],
  ];
  it.each(bad)('%s', (_, text, files, expected) => {
    expect(parse(text, { files }).problems).toEqual(expected.map((each) => `/etc/${each}`));
  });

  it('keeps the position in the file for what it brings', () => {
    const { blocks } = parse('. {\n import x\n}', { files: { '/etc/x': '\n  log' } });
    expect(blocks[0]?.directives[0]?.name.position).toEqual({ file: '/etc/x', line: 2, column: 3 });
  });

  it('caps snippets and files that multiply', () => {
    const level = (n: number) => `(s${n}) {\n${`import s${n - 1}\n`.repeat(20)}}\n`;
    const text = `(s0) {\n log\n}\n${[1, 2, 3, 4].map(level).join('')}. {\n import s4\n}`;
    expect(parse(text).problems.map((each) => each.replace(/^[^ ]* /, ''))).toEqual([
      'error: more than 10000 snippet imports, which is the most that one Corefile may have [COREFILE_IMPORT]',
    ]);
    const files: Record<string, string> = { '/etc/f0': 'log' };
    for (let n = 1; n <= 4; n++) files[`/etc/f${n}`] = `import f${n - 1}\n`.repeat(20);
    expect(parse('. {\n import f4\n}', { files }).codes).toEqual(['COREFILE_IMPORT']);
  });

  it('caps the words that imports bring', () => {
    const text = `(s) {\n${'log a b c\n'.repeat(1000)}}\n. {\n${' import s\n'.repeat(600)}}`;
    expect(parse(text).problems.map((each) => each.replace(/^[^ ]* /, ''))).toEqual([
      'error: more than 2000000 words from imports, which is the most that one Corefile may have [COREFILE_IMPORT]',
    ]);
  });

  it('reports what else keeps a file from being read', () => {
    const problems = new Problems();
    const files = {
      readFile: () => {
        throw new Error('EACCES: permission denied');
      },
      list: () => [],
      isDirectory: () => false,
    };
    parseCorefile({ file: 'Corefile', text: 'import x' }, {}, files, problems);
    expect(problems.list.map((each) => each.message)).toEqual([`'x' cannot be read: EACCES: permission denied`]);
  });
});

describe('diskFiles', () => {
  let directory: string | undefined;
  afterEach(() => {
    if (directory !== undefined) rmSync(directory, { recursive: true });
  });

  it('imports from the disk', () => {
    directory = mkdtempSync(join(tmpdir(), 'corefile-'));
    mkdirSync(join(directory, 'd'));
    writeFileSync(join(directory, 'd', 'b.conf'), 'b');
    writeFileSync(join(directory, 'd', 'a.conf'), 'a');
    mkdirSync(join(directory, 'empty'));
    const problems = new Problems();
    const text = '. {\n import d/*.conf\n import none\n import empty\n import none/*\n}';
    const blocks = parseCorefile({ file: join(directory, 'Corefile'), text }, {}, diskFiles, problems);
    expect(outline(blocks)).toEqual(['. { a; b }']);
    expect(problems.list.map((each) => `${each.position.line} ${each.severity}`)).toEqual([
      '3 error',
      '4 warning',
      '5 warning',
    ]);
    expect(problems.list[0]?.message).toMatch(/^no snippet above and no file/);
  });

  it('imports a mounted ConfigMap, whose files are links into a hidden directory', () => {
    directory = mkdtempSync(join(tmpdir(), 'corefile-'));
    const mounted = join(directory, 'custom');
    mkdirSync(join(mounted, '..2026_01_01'), { recursive: true });
    symlinkSync('..2026_01_01', join(mounted, '..data'));
    for (const name of ['b', 'a']) {
      writeFileSync(join(mounted, '..data', name), name);
      symlinkSync(join('..data', name), join(mounted, name));
    }
    const problems = new Problems();
    const text = '. {\n import custom\n import custom/*\n}';
    const blocks = parseCorefile({ file: join(directory, 'Corefile'), text }, {}, diskFiles, problems);
    expect(outline(blocks)).toEqual(['. { a; b; a; b }']);
    expect(problems.list).toEqual([]);
  });
});
