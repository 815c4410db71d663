import type { Directive } from '../../corefile/ast.ts';
import { duration, noBlock, takes } from '../../corefile/arguments.ts';
import { parseDurationMs } from '../../corefile/duration.ts';
import { singleDirective } from '../single-directive.ts';
import type { ParseContext } from '../plugin.ts';
import type { ReloadConfig } from './reload.ts';

const defaults: ReloadConfig = { intervalMs: 30_000, jitterMs: 15_000 };
const minIntervalMs = 2000;
const minJitterMs = 1000;

/** `reload [INTERVAL] [JITTER]`. A jitter of more than half of the interval is that half, as in CoreDNS. */
export function parseReload(directives: readonly Directive[], { problems }: ParseContext): ReloadConfig {
  const directive = singleDirective(directives, problems);
  if (!directive || !takes(directive, { min: 0, max: 2 }, '[INTERVAL] [JITTER]', problems)) return defaults;
  if (!noBlock(directive, problems)) return defaults;
  const [interval, jitter] = directive.args;
  const intervalMs = interval && duration(interval, 'INTERVAL of reload', { min: minIntervalMs }, problems);
  const isNone = jitter !== undefined && parseDurationMs(jitter.text) === 0;
  const least = isNone ? 0 : minJitterMs;
  const jitterMs = jitter && duration(jitter, 'JITTER of reload', { min: least }, problems);
  const config = { intervalMs: intervalMs ?? defaults.intervalMs, jitterMs: jitterMs ?? defaults.jitterMs };
  return { ...config, jitterMs: Math.min(config.jitterMs, config.intervalMs / 2) };
}
