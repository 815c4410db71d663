import type { Plugin } from '../plugin.ts';
import type { ReadyConfig } from './config.ts';
import { parseReady } from './parse.ts';

/** `ready`: says over HTTP whether clients can be sent here. */
export const readyPlugin = {
  name: 'ready',
  parse: parseReady,
  settings: ({ at }) => ({ http: at }),
  control: async (uses, host) => new (await import('./control.ts')).ReadyControl(uses, host),
} satisfies Plugin<ReadyConfig>;
