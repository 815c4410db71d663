import type { Directive } from '../../corefile/ast.ts';
import type { Problems } from '../../corefile/problem.ts';
import type { ParseContext } from '../plugin.ts';
import { readNameRule } from './arguments/name-rule.ts';
import { readOptionRule } from './arguments/option-rule.ts';
import { readCnameRule, readNumberRule, readRcodeRule, readTtlRule } from './arguments/other-rules.ts';
import { Words } from './arguments/words.ts';
import type { RewriteConfig, RewriteRule } from './config.ts';

type DistributiveOmit<Type, Key extends PropertyKey> = Type extends unknown ? Omit<Type, Key> : never;
type Reader = (words: Words) => DistributiveOmit<RewriteRule, 'continues'> | undefined;

const readers = {
  name: readNameRule,
  type: (words) => readNumberRule(words, 'type'),
  class: (words) => readNumberRule(words, 'class'),
  edns0: readOptionRule,
  ttl: readTtlRule,
  cname: readCnameRule,
  rcode: readRcodeRule,
} as const satisfies Readonly<Record<string, Reader>>;
const fields = Object.keys(readers) as (keyof typeof readers)[];

/** `rewrite [continue|stop] FIELD …`, on one line, or with all behind the first word in a block: a rule each. */
export function parseRewrite(directives: readonly Directive[], { problems }: ParseContext): RewriteConfig {
  return { rules: directives.flatMap((directive) => readRule(directive, problems) ?? []) };
}

function readRule(directive: Directive, problems: Problems): RewriteRule | undefined {
  const words = Words.of(directive, problems);
  if (!words?.has({ min: 1 }, '[continue|stop] FIELD ...')) return undefined;
  const mode = words.peek();
  if (mode === 'continue' || mode === 'stop') words.take();
  if (!words.has({ min: 1 }, `${mode} FIELD ...`)) return undefined;
  if (words.peek() === 'answer') {
    words.fail(words.take(), `'answer' belongs to a rule for a name: expected 'name' with it before this`);
    return undefined;
  }
  const field = words.oneOf('what is rewritten', fields);
  const rule = field && (readers[field] as Reader)(words);
  return rule && { ...rule, continues: mode === 'continue' };
}
