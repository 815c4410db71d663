import type { Plugin } from '../plugin.ts';
import { chaosHandler } from './handler.ts';
import { parseChaos } from './parse.ts';

/** What is said of the server; each text has at most 255 octets. */
export interface ChaosConfig {
  readonly version: string;
  readonly authors: readonly string[];
  readonly hostname: string;
}

/** `chaos [VERSION] [AUTHORS...]`: answers who this server is, in class CH. */
export const chaosPlugin = {
  name: 'chaos',
  parse: (directives, context) => parseChaos(directives, context),
  query: chaosHandler,
} satisfies Plugin<ChaosConfig>;
