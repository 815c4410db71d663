import type { Plugin } from '../plugin.ts';
import { autopathHandler } from './handler.ts';
import { parseAutopath } from './parse.ts';

export interface AutopathConfig {
  /** Only names at or below these are looked for; lower-case and absolute. */
  readonly zones: readonly string[];
  /** In the form of resolv.conf. */
  readonly file: string;
  /** The search path as the file has it when the Corefile is read; lower-case and absolute. */
  readonly search: readonly string[];
}

/**
 * `autopath [ZONES...] RESOLV-CONF`: goes through the search path in place of the client.
 *
 *     name.first ─► next ─► NXDOMAIN ─► name.second ─► next ─► NXDOMAIN ─► … ─► name. ─► next
 *                      └─ else: this reply, behind a CNAME from the name that was asked for
 *
 * The control half watches the file, and hands the search path to the workers when it changes.
 */
export const autopathPlugin = {
  name: 'autopath',
  parse: parseAutopath,
  control: async (uses, host) => (await import('./control.ts')).autopathControl(uses, host),
  query: autopathHandler,
} satisfies Plugin<AutopathConfig>;
