import { duration, noBlock, takes } from '../../corefile/arguments.ts';
import type { Directive } from '../../corefile/ast.ts';
import type { ParseContext } from '../plugin.ts';
import type { CancelConfig } from './cancel.ts';

/** Clients give up after 5 seconds. */
const defaultTimeoutMs = 5001;
/** The least that Go can say. */
const minTimeoutMs = 1e-6;

/** `cancel [TIMEOUT]`; of several lines the last counts, as in CoreDNS. */
export function parseCancel(directives: readonly Directive[], { problems }: ParseContext): CancelConfig {
  let timeoutMs = defaultTimeoutMs;
  for (const directive of directives) {
    if (!takes(directive, { max: 1 }, 'one duration', problems) || !noBlock(directive, problems)) continue;
    const [token] = directive.args;
    timeoutMs = defaultTimeoutMs;
    if (token) timeoutMs = duration(token, 'the time-out of cancel', { min: minTimeoutMs }, problems) ?? timeoutMs;
  }
  return { timeoutMs };
}
