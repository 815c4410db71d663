import { integer, zoneNames } from '../../corefile/arguments.ts';
import type { Directive } from '../../corefile/ast.ts';
import type { ParseContext } from '../plugin.ts';
import { singleDirective } from '../single-directive.ts';
import { defaultConfig, type CacheConfig } from './config.ts';
import { maxTtl, readOptions, type CacheOptions } from './options.ts';

/**
 *     cache [TTL] [ZONES...] {
 *         OPTION ...
 *     }
 */
export function parseCache(directives: readonly Directive[], { problems }: ParseContext): CacheConfig {
  const options: CacheOptions = { ...defaultConfig };
  const line = singleDirective(directives, problems);
  if (line === undefined) return options;
  const [first, ...others] = line.args;
  const hasTtl = first !== undefined && /^[+-]?\d+$/.test(first.text);
  if (hasTtl) {
    const ttl = integer(first, 'cache TTL', { min: 1, max: maxTtl }, problems);
    if (ttl !== undefined) {
      options.success = { ...options.success, maxTtl: ttl };
      options.denial = { ...options.denial, maxTtl: ttl };
    }
  }
  const zones = hasTtl ? others : line.args;
  if (zones.length > 0) options.zones = zones.flatMap((token) => zoneNames(token, problems) ?? []);
  readOptions(line, options, problems);
  return options;
}
