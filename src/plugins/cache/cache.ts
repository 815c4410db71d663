import type { Plugin } from '../plugin.ts';
import type { CacheConfig } from './config.ts';
import { cacheHandler } from './handler.ts';
import { parseCache } from './parse.ts';

/**
 * `cache`: keeps what upstreams replied.
 *
 *     query ─► handler ─► store/     found: message/ writes it as the reply
 *                 │
 *                 └─► next plugin ─► reply ─► message/ says whether and for how long it may be kept ─► store/
 *                        ▲
 *                 refresh/           what is stale, or soon will be, is asked again in the background
 *
 * What the directive says is read by parse.ts and options.ts; control.ts and metrics.ts are the control half.
 */
export const cachePlugin = {
  name: 'cache',
  parse: parseCache,
  control: async (uses, host) => (await import('./control.ts')).cacheControl(uses, host),
  sharesControl: true,
  query: cacheHandler,
} satisfies Plugin<CacheConfig>;
