import { didYouMean } from '../corefile/suggest.ts';
import { UsageError, type Flag } from './command.ts';

/** What the words of a command line say. Methods throw UsageError for a value that a flag cannot have. */
export class CommandLine {
  readonly operands: readonly string[];
  readonly #values: ReadonlyMap<string, string>;

  constructor(operands: readonly string[], values: ReadonlyMap<string, string>) {
    this.operands = operands;
    this.#values = values;
  }

  isSet(flag: string): boolean {
    return this.#values.get(flag) === 'true';
  }

  /** The last value that was given. */
  text(flag: string): string | undefined {
    return this.#values.get(flag);
  }

  port(flag: string): number | undefined {
    const text = this.text(flag);
    if (text === undefined) return undefined;
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw badValue(text, flag, 'a number from 0 to 65535');
    return Number(text);
  }

  /** One of several words, of which the first is the default. */
  word<Word extends string>(flag: string, words: readonly [Word, ...Word[]]): Word {
    const text = this.text(flag);
    if (text === undefined) return words[0];
    const word = words.find((each) => each === text);
    if (word === undefined) throw badValue(text, flag, `${words.slice(0, -1).join(', ')} or ${words.at(-1)!}`);
    return word;
  }

  /** Throws UsageError where there are more operands than these. */
  atMost(count: number): void {
    const extra = this.operands[count];
    if (extra !== undefined) throw new UsageError(`extra command line argument '${extra}'`);
  }
}

/**
 * Reads a command line as Go's package flag does, on which CoreDNS is built: `-flag` is `--flag`, a value follows behind `=` or
 * as the next word, and that of a flag that is on or off only behind `=`. Unlike there, flags may stand behind other arguments.
 * Throws UsageError for what cannot be read.
 */
export function readCommandLine(words: readonly string[], flags: readonly Flag[]): CommandLine {
  const values = new Map<string, string>();
  const operands: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const argument = words[i]!;
    if (argument === '--') {
      operands.push(...words.slice(i + 1));
      break;
    }
    const [, dashes, name, assigned] = /^(--?)([^=-][^=]*)(?:=([^]*))?$/.exec(argument) ?? [];
    if (dashes === undefined || name === undefined) {
      operands.push(argument);
      continue;
    }
    const flag = flags.find((each) => each.name === name || each.short === name);
    if (!flag) throw unknownFlag(dashes, name, flags);
    if (flag.value) {
      const value = assigned ?? words[++i];
      if (value === undefined) throw new UsageError(`flag ${dashes}${name} needs a value`);
      values.set(flag.name, value);
    } else {
      const value = truth(assigned ?? 'true');
      if (value === undefined) throw badValue(assigned!, name, 'true or false');
      values.set(flag.name, value);
    }
  }
  return new CommandLine(operands, values);
}

function unknownFlag(dashes: string, name: string, flags: readonly Flag[]): UsageError {
  const known = flags.flatMap(({ name, short }) => [name, short ?? []].flat()).map((each) => `${dashes}${each}`);
  return new UsageError(`unknown flag '${dashes}${name}'${didYouMean(`${dashes}${name}`, known)}`);
}

function badValue(value: string, flag: string, expected: string): UsageError {
  return new UsageError(`invalid value '${value}' for flag -${flag}: expected ${expected}`);
}

/** The values of Go's strconv.ParseBool. */
function truth(value: string): 'true' | 'false' | undefined {
  if (/^(1|t|T|true|True|TRUE)$/.test(value)) return 'true';
  return /^(0|f|F|false|False|FALSE)$/.test(value) ? 'false' : undefined;
}
