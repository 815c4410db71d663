import { didYouMean } from '../corefile/suggest.ts';

/** Which flags there are, and whether each takes a value. */
export type FlagTypes = Readonly<Record<string, 'string' | 'boolean'>>;

export interface ParsedFlags {
  /** The value of a flag that was given; the last one counts. */
  readonly text: (name: string) => string | undefined;
  readonly isSet: (name: string) => boolean;
  readonly positionals: readonly string[];
}

/**
 * Reads a command line as Go's package flag does, on which CoreDNS is built: `-flag` is `--flag`, a value follows behind `=` or
 * as the next word, and that of a boolean flag only behind `=`. Unlike there, flags may stand behind other arguments. What
 * cannot be read gives `error`, a message that spells the flag as it was typed.
 */
export function parseGoFlags(args: readonly string[], types: FlagTypes): ParsedFlags | { readonly error: string } {
  const values = new Map<string, string>();
  const positionals: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const argument = args[i]!;
    if (argument === '--') {
      positionals.push(...args.slice(i + 1));
      break;
    }
    const [, dashes, name, assigned] = /^(--?)([^=-][^=]*)(?:=([^]*))?$/.exec(argument) ?? [];
    if (dashes === undefined || name === undefined) {
      positionals.push(argument);
      continue;
    }
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    if (type === undefined) {
      const known = Object.keys(types).map((each) => `${dashes}${each}`);
      return { error: `unknown flag '${dashes}${name}'${didYouMean(`${dashes}${name}`, known)}` };
    }
    if (type === 'boolean') {
      const value = truth(assigned ?? 'true');
      if (value === undefined)
        return { error: `invalid value '${assigned!}' for flag -${name}: expected true or false` };
      values.set(name, value);
      continue;
    }
    const value = assigned ?? args[++i];
    if (value === undefined) return { error: `flag -${name} needs a value` };
    values.set(name, value);
  }
  return { text: (name) => values.get(name), isSet: (name) => values.get(name) === 'true', positionals };
}

/** The values of Go's strconv.ParseBool. */
function truth(value: string): 'true' | 'false' | undefined {
  if (/^(1|t|T|true|True|TRUE)$/.test(value)) return 'true';
  return /^(0|f|F|false|False|FALSE)$/.test(value) ? 'false' : undefined;
}
