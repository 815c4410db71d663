import type { Plugin } from '../plugin.ts';
import { loadbalanceHandler } from './handler.ts';
import { parseLoadbalance } from './parse.ts';

/** `loadbalance`: puts addresses into random order. */
export const loadbalancePlugin = {
  name: 'loadbalance',
  parse: parseLoadbalance,
  query: loadbalanceHandler,
} satisfies Plugin<object>;
