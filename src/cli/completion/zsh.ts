import { flagsOf, type Command, type Flag } from '../command.ts';

/** Completion for zsh: to be sourced behind compinit, or a file `_serviceentry-dns` in its `fpath`. */
export function zshCompletion(commands: readonly Command[]): string {
  const named = commands.filter(({ name }) => name !== '');
  const server = commands.find(({ name }) => name === '')!;
  return `#compdef serviceentry-dns
_serviceentry_dns() {
  local -a commands=(
${named.map(({ name, summary }) => `    ${quote(`${escape(name)}:${summary}`)}\n`).join('')}  )
  case $words[2] in
${named.map((command) => `    ${command.name})\n      shift words\n      ((CURRENT--))\n${argumentsOf(command, '      ')}      ;;\n`).join('')}    *)
      ((CURRENT > 2)) || _describe command commands
${argumentsOf(server, '      ')}      ;;
  esac
}
if [[ $funcstack[1] == _serviceentry-dns ]]; then
  _serviceentry_dns "$@"
else
  compdef _serviceentry_dns serviceentry-dns
fi
`;
}

function argumentsOf(command: Command, indent: string): string {
  const lines = [...flagsOf(command).flatMap(optionSpecs), ...operandSpecs(command)];
  return `${[`${indent}_arguments`, ...lines.map((line) => `${indent}  ${line}`)].join(' \\\n')}\n`;
}

function operandSpecs({ operands, operandWords }: Command): string[] {
  if (operandWords) return [quote(`:operand:(${operandWords.join(' ')})`)];
  // A message about the operand would take the place of the flags.
  return operands === '' ? [] : [quote('*:operand:{ : }')];
}

/** One for each name. */
function optionSpecs(flag: Flag): string[] {
  const { name, short, value, text } = flag;
  const names = short === undefined ? [name] : [name, short];
  return names.map((each) => quote(`-${each}[${escape(text)}]${value ? valueSpec(flag) : ''}`));
}

function valueSpec({ value }: Flag): string {
  const { name, completes } = value!;
  const action =
    completes === 'files' ? '_files' : completes === 'directories' ? '_files -/' : `(${completes?.join(' ') ?? ''})`;
  return `:${escape(name)}:${completes === undefined ? ' ' : action}`;
}

function escape(text: string): string {
  return text.replaceAll(/[\\[\]:]/g, '\\$&');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
