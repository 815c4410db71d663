import { didYouMean } from '../corefile/suggest.ts';
import { flagsOf, UsageError, type Command } from './command.ts';
import { readCommandLine, type CommandLine } from './command-line.ts';
import { completionCommand } from './completion-command.ts';
import { explainCommand } from './explain-command.ts';
import { publishCommand } from './publish-command.ts';
import { recordsCommand } from './records-command.ts';
import { serverCommand } from './server-command.ts';

/** All commands, the server first: dispatch, help, suggestions, completion and man page follow from this list. */
export const commands: readonly Command[] = [
  serverCommand,
  explainCommand,
  recordsCommand,
  publishCommand,
  completionCommand(() => commands),
];

/** The command that the first word names, or else the server. */
export function commandFor(words: readonly string[]): Command {
  return commands.find(({ name }) => name !== '' && name === words[0]) ?? serverCommand;
}

/** What the other words say. Throws UsageError. */
export function readWords(command: Command, words: readonly string[]): CommandLine {
  if (command !== serverCommand) return readCommandLine(words.slice(1), flagsOf(command));
  const line = readCommandLine(words, flagsOf(command));
  const [unknown] = line.operands;
  if (unknown !== undefined) {
    const known = [...commands.map(({ name }) => name), ...flagsOf(command).map(({ name }) => `-${name}`)];
    throw new UsageError(`unknown command '${unknown}'${didYouMean(unknown, known)}`);
  }
  return line;
}
