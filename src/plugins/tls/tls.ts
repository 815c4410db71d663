import type { Plugin } from '../plugin.ts';
import { tlsName, type TlsConfig } from './config.ts';
import { parseTls } from './parse.ts';

/** `tls`: the certificate of the block's `tls://` keys. */
export const tlsPlugin = {
  name: 'tls',
  parse: (directives, context) => parseTls(directives, context),
  settings: (config) => ({ tls: { name: tlsName(config), clientAuth: config.clientAuth } }),
  control: async (uses, host) => (await import('./control.ts')).tlsControl(uses, host),
  sharesControl: true,
} satisfies Plugin<TlsConfig>;
