import { noArguments } from '../no-arguments.ts';
import type { Plugin } from '../plugin.ts';

/** `debug`: lines of level debug are logged. */
export const debugPlugin = {
  name: 'debug',
  parse: noArguments,
  settings: () => ({ logsDebug: true }),
} satisfies Plugin<object>;
