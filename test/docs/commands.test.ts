import { describe, expect, test } from 'vitest';
import { explanationText } from '../../src/cli/explain-text.ts';
import { flagsOf, type Command } from '../../src/cli/command.ts';
import type { CommandLine } from '../../src/cli/command-line.ts';
import { readWords } from '../../src/cli/commands.ts';
import { explainCommand, readExplainFlags } from '../../src/cli/explain-command.ts';
import { flagForm } from '../../src/cli/help.ts';
import { inspectLocally } from '../../src/cli/local.ts';
import { readRecordsFlags, recordsCommand } from '../../src/cli/records-command.ts';
import { recordFilter, recordsText } from '../../src/server/inspect/records.ts';
import { codeSpans, fencedBlocks, section, tableRows } from './markdown.ts';

const document = 'docs/debugging.md';
const shell = fencedBlocks(document).filter(({ text }) => /^\$ serviceentry-dns (explain|records) /.test(text));

/** The time of the last change is another each time. */
function withoutSerial(text: string): string {
  return text.replaceAll(/(SOA\t\S+ \S+) \d+/g, '$1 SERIAL');
}

async function output(command: string): Promise<string> {
  const [call = '', filter] = command.split(' | grep ');
  const [, ...words] = call.split(' ');
  const text = words[0] === 'explain' ? await explained(words) : await listed(words);
  if (filter === undefined) return text;
  const lines = text.split('\n').filter((line) => line.includes(filter));
  return `${lines.join('\n')}\n`;
}

function explained(words: readonly string[]): Promise<string> {
  const flags = readExplainFlags(readWords(explainCommand, words));
  return inspectLocally(flags.conf, flags.defaultPort, 1, false, async (inspector) =>
    explanationText(await inspector.explain(flags)),
  );
}

function listed(words: readonly string[]): Promise<string> {
  const flags = readRecordsFlags(readWords(recordsCommand, words));
  const filter = recordFilter(flags.name, flags.type, flags.from, flags.output);
  return inspectLocally(flags.conf, flags.defaultPort, 1, false, (inspector) =>
    Promise.resolve([...recordsText(inspector, flags, flags.output, filter)].join('')),
  );
}

describe('transcripts of explain and records', () => {
  test('there are some of both', () => {
    const commands = shell.map(({ text }) => text.split(' ')[2]);
    expect(commands.filter((command) => command === 'explain').length).toBeGreaterThan(2);
    expect(commands).toContain('records');
  });

  test.each(shell)('$place', async ({ text }) => {
    const [command = '', ...lines] = text.split('\n');
    expect(withoutSerial(await output(command.slice(2)))).toBe(withoutSerial(lines.join('\n')));
  });
});

describe.each<[heading: string, command: Command, read: (line: CommandLine) => unknown, operands: string[]]>([
  ['Why a name is answered as it is', explainCommand, readExplainFlags, ['a.test']],
  ['What is served', recordsCommand, readRecordsFlags, []],
])('flags: %s', (heading, command, read, operands) => {
  const documented = tableRows(section(document, heading)).map(([flag]) => codeSpans(flag!).join(', '));

  test('are all in the table, and no others', () => {
    expect(documented.sort()).toEqual(flagsOf(command).map(flagForm).sort());
  });

  test.each(documented.flatMap((forms) => forms.split(', ')))('%s is understood', (form) => {
    const [flag = '', value] = form.split(' ');
    const given = value === undefined ? [] : [value === 'N' ? '53' : value === 'F' ? 'json' : 'x'];
    const needed = flag === '-directory' ? ['-output', 'zone'] : [];
    expect(() => read(readWords(command, [command.name, ...operands, ...needed, flag, ...given]))).not.toThrow();
  });
});
