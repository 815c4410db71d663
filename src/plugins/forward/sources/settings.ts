import type { ResolverOptions, ResolverSettings, UpstreamSources } from '../config.ts';

/**
 * The settings of a line with so many upstreams: those that it states, then what its files say, the first one first, then what
 * it is without. `attempts` counts for each server, in a line for all of them.
 */
export function settingsFrom(
  { settings, stated }: Pick<UpstreamSources, 'settings' | 'stated'>,
  files: readonly ResolverOptions[],
  upstreams: number,
): ResolverSettings {
  const { timeoutMs, attempts, rotate, useTcp } = files.reduceRight<ResolverOptions>(
    (later, file) => ({ ...later, ...file }),
    {},
  );
  const said: Partial<ResolverSettings> = {
    ...(timeoutMs !== undefined && { readTimeoutMs: timeoutMs }),
    ...(attempts !== undefined && { maxAttempts: attempts * Math.max(upstreams, 1) }),
    ...(rotate && { policy: 'round_robin' }),
    ...(useTcp && { forceTcp: true }),
  };
  const own = Object.fromEntries(stated.map((key) => [key, settings[key]]));
  return { ...settings, ...said, ...own };
}
