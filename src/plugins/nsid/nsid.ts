import type { Plugin } from '../plugin.ts';
import { nsidHandler } from './handler.ts';
import { parseNsid } from './parse.ts';

export interface NsidConfig {
  /** What names this server; 1 to 128 octets. */
  readonly data: string;
}

/** `nsid [DATA...]`: tells clients that ask for it which server replied (RFC 5001). */
export const nsidPlugin = {
  name: 'nsid',
  parse: (directives, context) => parseNsid(directives, context),
  query: nsidHandler,
} satisfies Plugin<NsidConfig>;
