import { integer, oneOf, zoneName } from '../../corefile/arguments.ts';
import type { Directive } from '../../corefile/ast.ts';
import { type OptionForm, readOptionBlock } from '../../corefile/option-block.ts';
import type { Problems } from '../../corefile/problem.ts';
import type { ParseContext } from '../plugin.ts';
import { responseClasses, type LogConfig, type LogRule, type ResponseClass } from './config.ts';

const common =
  '{remote}:{port} - {>id} "{type} {class} {name} {proto} {size} {>do} {>bufsize}" {rcode} {>rflags} {rsize} {duration}';
const combined = `${common} "{>opcode}"`;
const sampleRange = { min: 1, max: 65_536 };

/**
 *     log [NAMES...] [FORMAT] {
 *         class success|denial|error|all ...
 *         sample N
 *     }
 */
export function parseLog(directives: readonly Directive[], { problems }: ParseContext): LogConfig {
  return { rules: directives.flatMap((directive) => parseLine(directive, problems)) };
}

function parseLine(directive: Directive, problems: Problems): LogRule[] {
  const { args } = directive;
  const last = args.at(-1);
  const hasFormat = args.length > 1 && last?.text.includes('{') === true;
  const format = hasFormat ? last.text.replaceAll('{common}', common).replaceAll('{combined}', combined) : common;
  if (args.length === 1 && last?.text.includes('{') === true) {
    const message = `a single argument of log is the name to match; to give a format, write 'log . "${last.text}"'`;
    problems.warning('COREFILE_ARGUMENT', last.position, message);
  }
  const names = hasFormat ? args.slice(0, -1) : args;
  const zones = names.length === 0 ? ['.'] : names.map((name) => zoneName(name, problems) ?? '.');
  const { classes, sample } = parseBlock(directive, problems);
  return zones.map((zone) => ({ zone, format, classes, sample }));
}

const options = {
  class: { args: { min: 1 }, usage: 'classes of responses', repeatable: true },
  sample: { args: { min: 1, max: 1 }, usage: 'one number N' },
} as const satisfies Readonly<Record<string, OptionForm>>;

function parseBlock(directive: Directive, problems: Problems): Pick<LogRule, 'classes' | 'sample'> {
  const classes = new Set<ResponseClass | 'all'>();
  let sample: number | undefined;
  readOptionBlock(directive, 'log', options, problems, (option: OptionForm, { args }) => {
    if (option === options.sample) {
      sample = integer(args[0]!, 'sample', sampleRange, problems);
      return;
    }
    for (const token of args) {
      const word = oneOf(token, 'the class of a response', [...responseClasses, 'all'], problems);
      if (word !== undefined) classes.add(word);
    }
  });
  const isAll = classes.size === 0 || classes.has('all');
  return { classes: responseClasses.filter((each) => isAll || classes.has(each)), sample: sample ?? 1 };
}
