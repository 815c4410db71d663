import type { Plugin } from '../plugin.ts';
import type { BindConfig } from './config.ts';
import { parseBind } from './parse.ts';

/** `bind`: the addresses that the block listens on. */
export const bindPlugin = {
  name: 'bind',
  parse: parseBind,
  settings: ({ addresses }) => ({ addresses }),
  control: async (uses, host) => new (await import('./control.ts')).BindControl(uses, host),
} satisfies Plugin<BindConfig>;
