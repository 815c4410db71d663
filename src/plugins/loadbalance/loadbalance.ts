import type { Plugin } from '../plugin.ts';
import type { LoadbalanceConfig } from './config.ts';
import { loadbalanceHandler } from './handler.ts';
import { parseLoadbalance } from './parse.ts';

/**
 * `loadbalance`: decides which address stands first. A policy gives the records of each section an order, which is brought about in
 * the message itself where nothing else has to move, and else by writing the reply anew:
 *
 *     message/sections ─► policy ─► message/in-place, message/rebuild
 *                           ▲
 *     weights/ ─────────────┘ the control half reads the file of `weighted`
 */
export const loadbalancePlugin = {
  name: 'loadbalance',
  parse: parseLoadbalance,
  missing: async (config) => (await import('./weights/control.ts')).missingWeights(config),
  control: async (uses, host) => (await import('./weights/control.ts')).weightsControl(uses, host),
  query: loadbalanceHandler,
} satisfies Plugin<LoadbalanceConfig>;
