import { describe, expect, test } from 'vitest';
import { explanationText } from '../../src/server/inspect/explain-text.ts';
import { flagsOf, type Command } from '../../src/cli/command.ts';
import type { CommandLine } from '../../src/cli/command-line.ts';
import { readWords } from '../../src/cli/commands.ts';
import { explainCommand, readExplainFlags } from '../../src/cli/explain-command.ts';
import { flagForm } from '../../src/cli/help.ts';
import { inspectLocally } from '../../src/cli/local.ts';
import { readRecordsFlags, recordsCommand } from '../../src/cli/records-command.ts';
import { readServerFlags, serverCommand } from '../../src/cli/server-command.ts';
import { recordFilter, recordsText } from '../../src/server/inspect/records.ts';
import { blocksFor } from './runners.ts';
import { exchangesOf, isLike } from './session.ts';

const shell = blocksFor('inspect');

function output(command: string): Promise<string> {
  const [, ...words] = command.split(' ');
  return words[0] === 'explain' ? explained(words) : listed(words);
}

function explained(words: readonly string[]): Promise<string> {
  const flags = readExplainFlags(readWords(explainCommand, words));
  return inspectLocally(flags, 1, false, async (inspector) => explanationText(await inspector.explain(flags)));
}

function listed(words: readonly string[]): Promise<string> {
  const flags = readRecordsFlags(readWords(recordsCommand, words));
  const filter = recordFilter(flags.name, flags.type, flags.from, flags.output);
  return inspectLocally(flags, 1, false, (inspector) =>
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
    for (const exchange of exchangesOf(text)) {
      const printed = await output(exchange.command);
      expect(printed).toSatisfy(() => isLike(printed, exchange.output));
    }
  });
});

describe.each<[command: Command, read: (line: CommandLine) => unknown, operands: string[]]>([
  [serverCommand, readServerFlags, []],
  [explainCommand, readExplainFlags, ['explain', 'a.test']],
  [recordsCommand, readRecordsFlags, ['records']],
])('flags of the reference: $name', (command, read, operands) => {
  test.each(flagsOf(command).flatMap((flag) => flagForm(flag).split(', ')))('%s is understood', (form) => {
    const [flag = '', value] = form.split(' ');
    const given = value === undefined ? [] : [value === 'N' ? '53' : value === 'F' ? 'json' : 'x'];
    const needed = flag === '-directory' ? ['-output', 'zone'] : [];
    expect(() => read(readWords(command, [...operands, ...needed, flag, ...given]))).not.toThrow();
  });
});
