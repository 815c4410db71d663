import { callOf, flagsOf, type Command, type Flag } from './command.ts';
import { wrap } from '../runtime/terminal-text.ts';

/** What `-help` shows of one of the commands, at 80 columns. */
export function helpText(command: Command, commands: readonly Command[]): string {
  const { operands, summary, examples } = command;
  const usage = [callOf(command), operands, '[flags]'].filter((word) => word !== '').join(' ');
  const flags = flagsOf(command).map((flag) => [flagForm(flag), flag.text] as const);
  const others = commands.filter((each) => command.name === '' && each !== command);
  const calls = others.map((each) => [[each.name, each.operands].filter(Boolean).join(' '), each.summary] as const);
  const parts = [
    [`Usage: ${usage}`, ...wrap(summary, '', '')],
    ['Flags:', ...columns(flags)],
  ];
  if (others.length > 0) {
    parts.push(['Commands:', ...columns(calls), "'serviceentry-dns COMMAND -help' lists the flags of one."]);
  }
  parts.push(['Examples:', ...examples.map((example) => `  ${example}`)]);
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** As the help, the man page and the documents have it: `-dns.port N, -p N`. */
export function flagForm({ name, short, value }: Flag): string {
  const names = short === undefined ? [name] : [name, short];
  return names.map((each) => (value ? `-${each} ${value.name}` : `-${each}`)).join(', ');
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([term]) => term.length)) + 4;
  return rows.flatMap(([term, text]) => wrap(text, `  ${term}`.padEnd(width), ' '.repeat(width)));
}
