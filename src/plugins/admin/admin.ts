import type { HttpAddress } from '../../runtime/http/address.ts';
import type { Plugin } from '../plugin.ts';
import { parseAdmin } from './parse.ts';

export interface AdminConfig {
  /** Always an address that was written, or loopback. */
  readonly at: HttpAddress;
  /** Names that it is asked by, beside localhost and IP addresses. */
  readonly hosts: readonly string[];
}

/** `admin`: explains names, lists records and shows the state of the server over HTTP. */
export const adminPlugin = {
  name: 'admin',
  parse: parseAdmin,
  settings: ({ at }) => ({ http: at }),
  control: async (uses, host) => (await import('./control.ts')).adminControl(uses, host),
  sharesControl: true,
} satisfies Plugin<AdminConfig>;
