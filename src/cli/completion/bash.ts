import { flagsOf, type Command, type Flag } from '../command.ts';

/** Completion for bash 4 and newer; needs nothing else to be installed. */
export function bashCompletion(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name).filter((name) => name !== '');
  return `# Completion of serviceentry-dns for bash: source it, or save it as /etc/bash_completion.d/serviceentry-dns.
_serviceentry_dns() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command= words paths=
  # '=' is a word of its own.
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  ((COMP_CWORD == 1)) || command=\${COMP_WORDS[1]}
  case $command in
${names
  .map((name) =>
    caseOf(
      name,
      commands.find((each) => each.name === name)!,
    ),
  )
  .join('')}${caseOf(
    '*',
    commands.find(({ name }) => name === '')!,
  )}  esac
  ((COMP_CWORD > 1)) || words+=' ${names.join(' ')}'
  if [[ $paths ]]; then
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen "$paths" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  fi
}

complete -F _serviceentry_dns serviceentry-dns
`;
}

function caseOf(pattern: string, command: Command): string {
  const flags = flagsOf(command);
  const words = [...(command.operandWords ?? []), ...flags.flatMap(names)];
  return `    ${pattern})
      words='${words.join(' ')}'
      case \${previous/#--/-} in
${flags.map(valueCase).join('')}      esac
      ;;
`;
}

function valueCase(flag: Flag): string {
  if (!flag.value) return '';
  const { completes } = flag.value;
  const what =
    completes === 'files'
      ? 'paths=-f'
      : completes === 'directories'
        ? 'paths=-d'
        : `words='${completes?.join(' ') ?? ''}'`;
  return `        ${names(flag).join(' | ')}) ${what} ;;\n`;
}

function names({ name, short }: Flag): string[] {
  return short === undefined ? [`-${name}`] : [`-${name}`, `-${short}`];
}
