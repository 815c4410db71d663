import type { HttpAddress } from '../../runtime/http/address.ts';
import type { Plugin } from '../plugin.ts';
import { parseReady } from './parse.ts';

export interface ReadyConfig {
  readonly at: HttpAddress;
  /** `until-ready`: what was ready once is not asked again. */
  readonly monitor: 'until-ready' | 'continuously';
}

/** `ready`: says over HTTP whether clients can be sent here. */
export const readyPlugin = {
  name: 'ready',
  parse: parseReady,
  settings: ({ at }) => ({ http: at }),
  control: async (uses, host) => (await import('./control.ts')).readyControl(uses, host),
  sharesControl: true,
} satisfies Plugin<ReadyConfig>;
