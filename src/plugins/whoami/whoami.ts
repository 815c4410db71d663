import { noArguments } from '../no-arguments.ts';
import type { Plugin } from '../plugin.ts';
import { whoamiHandler } from './handler.ts';

/** `whoami`: answers every query with who asked. */
export const whoamiPlugin = {
  name: 'whoami',
  parse: noArguments,
  query: whoamiHandler,
} satisfies Plugin<object>;
