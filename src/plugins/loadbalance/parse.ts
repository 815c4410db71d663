import { cidr, duration, oneOf, takes } from '../../corefile/arguments.ts';
import type { Directive, Token } from '../../corefile/ast.ts';
import { type OptionForm, readOptionBlock } from '../../corefile/option-block.ts';
import type { Problems } from '../../corefile/problem.ts';
import { quote } from '../../corefile/quote.ts';
import { errorCode, fileErrorText } from '../../runtime/errors.ts';
import type { Cidr } from '../../wire/network.ts';
import { filePath } from '../file-path.ts';
import type { ParseContext } from '../plugin.ts';
import { singleDirective } from '../single-directive.ts';
import type { LoadbalanceConfig, WeightSource } from './config.ts';
import { parseWeights } from './weights/weight-file.ts';

const defaultReloadMs = 30_000;
const policies = ['round_robin', 'weighted'] as const;

interface Options {
  reloadMs: number;
  readonly prefer: Cidr[];
}

interface OptionReader extends OptionForm {
  read(line: Directive, options: Options, problems: Problems): void;
}

const prefer: OptionReader = {
  args: { min: 1 },
  usage: 'CIDR...',
  repeatable: true,
  read({ args }, options, problems) {
    options.prefer.push(...args.flatMap((token) => cidr(token, 'prefer', problems) ?? []));
  },
};
const reload: OptionReader = {
  args: { min: 1, max: 1 },
  usage: 'DURATION',
  read({ args: [interval] }, options, problems) {
    options.reloadMs = duration(interval!, 'reload', { min: 0 }, problems) ?? options.reloadMs;
  },
};

/**
 *     loadbalance [round_robin | weighted FILE] {
 *         reload DURATION      with weighted
 *         prefer CIDR...
 *     }
 */
export function parseLoadbalance(directives: readonly Directive[], context: ParseContext): LoadbalanceConfig {
  const { problems } = context;
  const directive = singleDirective(directives, problems);
  const options: Options = { reloadMs: defaultReloadMs, prefer: [] };
  if (!directive) return { weights: undefined, prefer: options.prefer };
  const [first, file] = directive.args;
  const policy = first && oneOf(first, 'the policy of loadbalance', policies, problems);
  const isWeighted = policy === 'weighted';
  if (first === undefined || policy) {
    if (isWeighted) takes(directive, { min: 2, max: 2 }, "'weighted' and a weight FILE", problems);
    else takes(directive, { max: 1 }, 'one policy', problems);
  }
  const readers = Object.freeze(isWeighted ? { reload, prefer } : { prefer });
  readOptionBlock(directive, 'loadbalance', readers, problems, (reader: OptionReader, line) =>
    reader.read(line, options, problems),
  );
  if (!isWeighted || !file) return { weights: undefined, prefer: options.prefer };
  const weights = { file: filePath(file.text, context), reloadMs: options.reloadMs };
  checkWeights(file, weights, context);
  return { weights, prefer: options.prefer };
}

/** A file that is not there may come later, unless it is never looked at again; one that is wrong would stop the start. */
function checkWeights(token: Token, { file, reloadMs }: WeightSource, context: ParseContext): void {
  const { problems } = context;
  try {
    const weights = parseWeights(context.readFile(file, true));
    if ('fault' in weights) problems.error('COREFILE_FILE', token.position, `${quote(file)}: ${weights.fault}`);
  } catch (error) {
    if (reloadMs > 0 && errorCode(error) !== 'EISDIR') return;
    problems.error('COREFILE_FILE', token.position, `${quote(file)} ${fileErrorText(error)}`);
  }
}
