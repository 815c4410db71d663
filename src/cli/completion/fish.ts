import { flagsOf, type Command, type Flag } from '../command.ts';

/** Completion for fish: to be sourced, or a file `serviceentry-dns.fish` in one of its folders of completions. */
export function fishCompletion(commands: readonly Command[]): string {
  const named = commands.filter(({ name }) => name !== '');
  const isNone = `not __fish_seen_subcommand_from ${named.map(({ name }) => name).join(' ')}`;
  const lines = ['-f'];
  for (const { name, summary } of named) lines.push(`-n __fish_use_subcommand -a ${name} -d ${quote(summary)}`);
  for (const command of commands) {
    const condition = quote(command.name === '' ? isNone : `__fish_seen_subcommand_from ${command.name}`);
    if (command.operandWords) lines.push(`-n ${condition} -a ${quote(command.operandWords.join(' '))}`);
    for (const flag of flagsOf(command)) lines.push(`-n ${condition} ${optionOf(flag)}`);
  }
  return `# Completion of serviceentry-dns for fish.
${lines.map((line) => `complete -c serviceentry-dns ${line}\n`).join('')}`;
}

function optionOf({ name, short, value, text }: Flag): string {
  const names = short === undefined ? `-o ${name}` : `-o ${name} -s ${short}`;
  return `${names}${value ? ` ${valueOf(value.completes)}` : ''} -d ${quote(text)}`;
}

function valueOf(completes: NonNullable<Flag['value']>['completes']): string {
  if (completes === 'files') return '-r -F';
  if (completes === 'directories') return "-x -a '(__fish_complete_directories)'";
  return completes === undefined ? '-x' : `-x -a ${quote(completes.join(' '))}`;
}

function quote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
