import type { Plugin } from '../plugin.ts';
import { parseBind } from './parse.ts';

export interface BindConfig {
  /** IP addresses in canonical form, IPv6 without brackets and, where link-local, with its scope (`fe80::1%eth0`). */
  readonly addresses: readonly string[];
}

/** `bind`: the addresses that the block listens on. */
export const bindPlugin = {
  name: 'bind',
  parse: parseBind,
  settings: ({ addresses }) => ({ addresses }),
  control: async (uses, host) => (await import('./control.ts')).bindControl(uses, host),
  sharesControl: true,
} satisfies Plugin<BindConfig>;
