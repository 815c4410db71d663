import type { Plugin } from '../plugin.ts';
import { parseMultisocket } from './parse.ts';

export interface MultisocketConfig {
  /** Sockets per listener, 1 to 1024; `undefined`: as many as the process has CPUs. */
  readonly sockets: number | undefined;
}

/** `multisocket [N]`: how many workers there are, each with a socket of its own per listener. */
export const multisocketPlugin = {
  name: 'multisocket',
  parse: parseMultisocket,
  settings: ({ sockets }) => ({ sockets }),
} satisfies Plugin<MultisocketConfig>;
