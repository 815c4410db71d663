import type { Plugin } from '../plugin.ts';
import type { MultisocketConfig } from './config.ts';
import { parseMultisocket } from './parse.ts';

/** `multisocket [N]`: how many workers there are, each with a socket of its own per listener. */
export const multisocketPlugin = {
  name: 'multisocket',
  parse: parseMultisocket,
  settings: ({ sockets }) => ({ sockets }),
} satisfies Plugin<MultisocketConfig>;
