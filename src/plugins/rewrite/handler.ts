import { rrClass } from '../../wire/codes.ts';
import type { QueryHalf } from '../plugin.ts';
import type { RewriteConfig } from './config.ts';
import { Rewriter } from './rewriter.ts';
import { compileRule } from './rules/compile.ts';

/** Applies the rules in the order of the file. Where one is for a class, the block is asked queries of that class too. */
export const rewriteHandler: QueryHalf<RewriteConfig> = {
  classesOf({ rules }) {
    const classes = rules.flatMap((rule) => (rule.field === 'class' ? [rule.from, rule.to] : []));
    return classes.length === 0 ? 'any' : [...new Set([...Object.values(rrClass), ...classes])];
  },
  create({ rules }, environment, next) {
    const rewriter = new Rewriter(rules.map(compileRule), next, (qclass) => environment.nextFor(qclass));
    return (query) => rewriter.answer(query);
  },
};
