import { errorMessage } from '../runtime/errors.ts';
import { callOf, UsageError, type ProcessParts } from './command.ts';
import { commandFor, commands, readWords } from './commands.ts';
import { helpText } from './help.ts';
import { printable } from '../runtime/terminal-text.ts';
import { write } from './output.ts';

/** Runs the command line; resolves with the exit code (CoreDNS's: 0, 1 for a failure, 2 for what is not understood). */
export async function main(words: readonly string[], parts: ProcessParts): Promise<number> {
  const command = commandFor(words);
  // Only the server does something on them.
  if (command.name !== '') parts.signals.release();
  // Who reads only the first lines closes the pipe: that is no failure.
  if (command.name !== '') process.stdout.on('error', () => process.exit(0));
  try {
    const line = readWords(command, words);
    if (!line.isSet('help')) return await command.run(line, parts);
    await write(helpText(command, commands));
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) return fail(`${printable(errorMessage(error))}\n`, 1);
    return fail(`${error.message}\n'${callOf(command)} -help' lists the flags.\n`, 2);
  }
}

function fail(text: string, code: number): number {
  process.stderr.write(text);
  return code;
}
