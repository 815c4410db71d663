import type { HttpAddress } from '../../runtime/http/address.ts';
import type { Plugin } from '../plugin.ts';
import { parseHealth } from './parse.ts';

export interface HealthConfig {
  readonly at: HttpAddress;
  /** How long a shutdown goes on answering before it begins. */
  readonly lameduckMs: number;
}

/** `health`: says over HTTP that the process is alive, and delays a shutdown. */
export const healthPlugin = {
  name: 'health',
  parse: parseHealth,
  settings: ({ at }) => ({ http: at }),
  control: async (uses, host) => (await import('./control.ts')).healthControl(uses, host),
  sharesControl: true,
} satisfies Plugin<HealthConfig>;
