import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { manPages } from '../../../deploy/packages/man/pages.ts';
import { roff } from '../../../deploy/packages/man/roff.ts';
import { flagsOf } from '../../../src/cli/command.ts';
import { commands } from '../../../src/cli/commands.ts';
import { directoryWith } from '../../cli/server-process.ts';
import { pluginNames } from '../../docs/markdown.ts';
import { missingPrograms } from '../../support/machine.ts';

const title = { name: 'x', section: 7, date: '2026-01-02', source: 'x 1.0' };
const pages = manPages('1.2.3', '2026-01-02');

describe('Markdown as roff', () => {
  const body = (markdown: string): string => roff(markdown, title).split('\n').slice(1).join('\n').trimEnd();

  test('the title', () => {
    expect(roff('# left out\n', title)).toBe('.TH "X" "7" "2026-01-02" "x 1.0" "serviceentry-dns"\n');
  });

  test.each([
    ['## A "b"\n\nc\n', '.SH "A \\(dqB\\(dq"\nc'],
    ['a\n\nb\nc\n', '.PP\na\n.PP\nb\nc'],
    ['a\n.b\n', '.PP\na\n\\&.b'],
    ["'a'\n", ".PP\n\\&'a'"],
    ['a `-b\\c` _d_ **e _f_ g**\n', '.PP\na \\fB\\-b\\ec\\fR \\fId\\fR \\fBe \\fIf\\fB g\\fR'],
    ['[a](b.md) [c](https://d.test/)\n', '.PP\na c (https://d.test/)'],
    ['a < b & "c"\n', '.PP\na < b & "c"'],
    ['```sh\n$ a -b\n.c\n```\n', '.PP\n.RS 4\n.nf\n$ a \\-b\n\\&.c\n.fi\n.RE'],
    ['- a\n- b\n\n  c\n', '.IP \\(bu 2\na\n.IP \\(bu 2\nb\n.RS 2\n.PP\nc\n.RE'],
    ['3. a\n4. b\n', '.IP 3. 4\na\n.IP 4. 4\nb'],
    ['| A | B |\n| - | - |\n| `a` | b |\n', '.TP\n\\fBa\\fR\nb'],
    ['| A | B | C |\n| - | - | - |\n| a | b | c |\n', '.TP\na\n\\fIB\\fR: b\n.br\n\\fIC\\fR: c'],
  ])('%j', (markdown, expected) => expect(body(markdown)).toBe(expected));
});

describe('the manual', () => {
  test('is the program, the Corefile and every plugin', () => {
    const plugins = pluginNames().map((name) => `serviceentry-dns-${name}.7`);
    expect([...pages.keys()].sort()).toEqual(['serviceentry-dns.1', 'serviceentry-dns-corefile.5', ...plugins].sort());
  });

  test('names all flags and examples of the commands', () => {
    const page = pages.get('serviceentry-dns.1')!.replaceAll('\\-', '-');
    for (const command of commands) {
      for (const { name } of flagsOf(command)) expect(page).toContain(`\\fB-${name}`);
      for (const example of command.examples) expect(page).toContain(example);
    }
  });

  const missing = missingPrograms('the manual', 'mandoc', 'lexgrog');

  test.skipIf(missing !== '').each([...pages])('%s is right for mandoc, and whatis finds it', (file, text) => {
    const path = join(directoryWith({}), file);
    writeFileSync(path, text);
    // It exits with 2 where there is a warning.
    execFileSync('mandoc', ['-T', 'lint', '-W', 'warning', path], { stdio: ['ignore', 'inherit', 'inherit'] });
    const [name = '', section = ''] = file.split(/\.(?=\d$)/);
    expect(execFileSync('lexgrog', ['--man', path], { encoding: 'utf8' })).toContain(`: "${name} - `);
    const shown = execFileSync('mandoc', ['-T', 'ascii', path], { encoding: 'utf8' }).replaceAll(/.\x08/g, '');
    expect(shown).toContain(`${name.toUpperCase()}(${section})`);
    expect(shown).toContain('SEE ALSO');
  });
});
