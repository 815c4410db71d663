import type { Plugin } from '../plugin.ts';
import type { AdminConfig } from './config.ts';
import { parseAdmin } from './parse.ts';

/** `admin`: explains names, lists records and tells of the server over HTTP. */
export const adminPlugin = {
  name: 'admin',
  parse: parseAdmin,
  settings: ({ at }) => ({ http: at }),
  control: async (uses, host) => new (await import('./control.ts')).AdminControl(uses, host),
} satisfies Plugin<AdminConfig>;
