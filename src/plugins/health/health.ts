import type { Plugin } from '../plugin.ts';
import type { HealthConfig } from './config.ts';
import { parseHealth } from './parse.ts';

/** `health`: says over HTTP that the process is alive, and delays a shutdown. */
export const healthPlugin = {
  name: 'health',
  parse: parseHealth,
  settings: ({ at }) => ({ http: at }),
  control: async (uses, host) => new (await import('./control.ts')).HealthControl(uses, host),
} satisfies Plugin<HealthConfig>;
