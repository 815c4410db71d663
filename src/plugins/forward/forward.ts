import type { Plugin } from '../plugin.ts';
import type { ForwardConfig } from './config.ts';
import { forwardHandler } from './handler.ts';
import { parseForward } from './parse.ts';

/** `forward`: sends queries to other servers. */
export const forwardPlugin = {
  name: 'forward',
  parse: parseForward,
  control: async (uses, host) => new (await import('./control.ts')).ForwardControl(uses, host),
  query: forwardHandler,
} satisfies Plugin<ForwardConfig>;
