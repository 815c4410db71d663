import type { Plugin } from '../plugin.ts';
import type { RewriteConfig } from './config.ts';
import { rewriteHandler } from './handler.ts';
import { parseRewrite } from './parse.ts';

/**
 * `rewrite`: asks something else than the client has asked, and makes the client's reply of what comes back.
 *
 *     parse ─► arguments/   a line becomes a rule, plain data
 *     query ─► rules/       the rules, compiled once: which apply, and what they make of the question
 *           ─► next         a derived query, or the client's own where the question stays
 *           ─► reply/       names, TTLs and code are put back in reverse order, and the question always
 */
export const rewritePlugin = {
  name: 'rewrite',
  parse: parseRewrite,
  query: rewriteHandler,
} satisfies Plugin<RewriteConfig>;
