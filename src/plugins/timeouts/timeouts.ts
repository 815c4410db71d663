import type { Plugin, StreamTimeouts } from '../plugin.ts';
import { parseTimeouts } from './parse.ts';

/** `timeouts { ... }`: how long clients over TCP and TLS are waited for; the listeners do it (server/listen/stream-connection.ts). */
export const timeoutsPlugin = {
  name: 'timeouts',
  parse: parseTimeouts,
  settings: (timeouts) => ({ timeouts }),
} satisfies Plugin<StreamTimeouts>;
