import type { Plugin } from '../plugin.ts';
import { parseReload } from './parse.ts';

export interface ReloadConfig {
  /** How often it is looked whether the Corefile has changed. */
  readonly intervalMs: number;
  /** The interval is up to half of it longer or shorter, by chance. */
  readonly jitterMs: number;
}

/** `reload`: looks whether the Corefile has changed, and has the server reload it. What a reload does is the server's (server/control). */
export const reloadPlugin = {
  name: 'reload',
  parse: parseReload,
  control: async (uses, host) => (await import('./control.ts')).reloadControl(uses, host),
  sharesControl: true,
} satisfies Plugin<ReloadConfig>;
