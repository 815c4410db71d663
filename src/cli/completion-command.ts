import { didYouMean } from '../corefile/suggest.ts';
import { UsageError, type Command } from './command.ts';
import { write } from './output.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** Of `commands`, itself among them. */
export function completionCommand(commands: () => readonly Command[]): Command {
  return {
    name: 'completion',
    summary: 'Prints a script that completes the command line in a shell.',
    operands: shells.join('|'),
    operandWords: shells,
    flags: [],
    examples: [
      'source <(serviceentry-dns completion bash)',
      'source <(serviceentry-dns completion zsh)',
      'serviceentry-dns completion fish | source',
    ],
    async run(line) {
      const [word] = line.operands;
      const shell = shells.find((each) => each === word);
      if (word === undefined) throw new UsageError(`completion needs the name of a shell: ${shells.join(', ')}`);
      if (!shell)
        throw new UsageError(
          `there is no completion for '${word}'; expected ${shells.join(', ')}${didYouMean(word, shells)}`,
        );
      line.atMost(1);
      const { completion } = await import('./completion/completion.ts');
      await write(completion(shell, commands()));
      return 0;
    },
  };
}
