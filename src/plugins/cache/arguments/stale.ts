import { duration, oneOf } from '../../../corefile/arguments.ts';
import type { Token } from '../../../corefile/ast.ts';
import type { Problems } from '../../../corefile/problem.ts';
import { quote } from '../../../corefile/quote.ts';
import { defaultConfig, type StaleConfig } from '../config.ts';

/** RFC 8767 section 5. */
const maxRecheckMs = 300_000;
const maxReplyTtlMs = 0x7fff_ffff * 1000;
const modes = ['immediate', 'verify'] as const;

/**
 *     [DURATION] [immediate [RTTL [RECHECK]] | verify [TIMEOUT [RTTL [RECHECK]]]]
 *     off
 *
 * `undefined` for `off`, and for what is wrong. A line without a mode means `immediate`, as in CoreDNS.
 */
export function readStale(args: readonly Token[], problems: Problems): StaleConfig | undefined {
  const [first, modeToken, ...rest] = args;
  if (first?.text === 'off' && args.length === 1) return undefined;
  const builtIn: StaleConfig = { ...defaultConfig.stale!, mode: 'immediate' };
  const durationMs = first ? duration(first, 'serve_stale DURATION', { min: 0 }, problems) : builtIn.durationMs;
  const word = modeToken && { ...modeToken, text: modeToken.text.toLowerCase() };
  const mode = word ? oneOf(word, 'serve_stale', modes, problems) : builtIn.mode;
  if (durationMs === undefined || mode === undefined) return undefined;
  const timeoutToken = mode === 'verify' ? rest.shift() : undefined;
  const [ttlToken, recheckToken, superfluous] = rest;
  if (superfluous !== undefined) {
    const message = `unexpected argument ${quote(superfluous.text)}: serve_stale immediate takes RTTL and RECHECK and no more`;
    problems.error('COREFILE_ARGUMENT', superfluous.position, message);
  }
  const timeoutMs = timeoutToken ? duration(timeoutToken, 'serve_stale TIMEOUT', { min: 0 }, problems) : undefined;
  const replyTtl = ttlToken ? readReplyTtl(ttlToken, problems) : undefined;
  const recheckMs =
    recheckToken && duration(recheckToken, 'serve_stale RECHECK', { min: 0, max: maxRecheckMs }, problems);
  return {
    durationMs,
    mode,
    timeoutMs: timeoutMs ?? builtIn.timeoutMs,
    replyTtl: replyTtl ?? builtIn.replyTtl,
    recheckMs: recheckMs ?? builtIn.recheckMs,
    preferPositive: false,
  };
}

function readReplyTtl(token: Token, problems: Problems): number | undefined {
  const ms = duration(token, 'serve_stale RTTL', { min: 0, max: maxReplyTtlMs }, problems);
  if (ms === undefined || ms % 1000 === 0) return ms === undefined ? undefined : ms / 1000;
  const message = `serve_stale RTTL must be whole seconds, found ${quote(token.text)}`;
  problems.error('COREFILE_ARGUMENT', token.position, message);
  return undefined;
}
