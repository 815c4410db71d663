import type { Command } from '../command.ts';
import type { Shell } from '../completion-command.ts';
import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';
import { zshCompletion } from './zsh.ts';

// Scripts that complete the command line in shells. They are made of the table of the commands alone, so that a shell need not
// start the program to complete a word.

const makers: Readonly<Record<Shell, (commands: readonly Command[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

export function completion(shell: Shell, commands: readonly Command[]): string {
  return makers[shell](commands);
}
