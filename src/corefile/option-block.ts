import { noBlock, takes, unknownOption } from './arguments.ts';
import type { Directive } from './ast.ts';
import type { Problems } from './problem.ts';

/** What is known of an option before it is read. */
export interface OptionForm {
  readonly args: { readonly min: number; readonly max?: number };
  readonly usage: string;
  /** May stand several times, and adds up. */
  readonly repeatable?: boolean;
}

/**
 * Has each option in the block of a plugin's line read by its reader, as far as it has one, the right number of arguments, and does
 * not stand there a second time. Reports COREFILE_OPTION, COREFILE_REPEATED and COREFILE_ARGUMENT. Returns those that were read.
 */
export function readOptionBlock<Reader extends OptionForm>(
  line: Directive,
  plugin: string,
  readers: Readonly<Record<string, Reader>>,
  problems: Problems,
  read: (reader: Reader, option: Directive) => void,
): ReadonlyMap<string, Directive> {
  const seen = new Map<string, Directive>();
  for (const option of line.block ?? []) {
    const { text, position } = option.name;
    const reader = Object.hasOwn(readers, text) ? readers[text] : undefined;
    if (reader === undefined) {
      unknownOption(option, Object.keys(readers), plugin, problems);
      continue;
    }
    if (!takes(option, reader.args, reader.usage, problems) || !noBlock(option, problems)) continue;
    const earlier = seen.get(text);
    if (earlier !== undefined && reader.repeatable !== true) {
      const message = `'${text}' stands here again, but may stand only once in the block; the first is on line ${earlier.name.position.line}`;
      problems.error('COREFILE_REPEATED', position, message);
      continue;
    }
    seen.set(text, option);
    read(reader, option);
  }
  return seen;
}
