import type { Plugin } from '../plugin.ts';
import { loadbalanceHandler } from './handler.ts';
import { parseLoadbalance } from './parse.ts';

/** The one policy that is built. */
export interface LoadbalanceConfig {
  readonly policy: 'round_robin';
}

/** `loadbalance`: puts addresses into random order. */
export const loadbalancePlugin = {
  name: 'loadbalance',
  parse: parseLoadbalance,
  query: loadbalanceHandler,
} satisfies Plugin<LoadbalanceConfig>;
