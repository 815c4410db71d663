import { noArguments } from '../no-arguments.ts';
import type { Plugin } from '../plugin.ts';
import { minimalHandler } from './handler.ts';

/** `minimal`: answers go without authority and additional records. */
export const minimalPlugin = {
  name: 'minimal',
  parse: noArguments,
  query: minimalHandler,
} satisfies Plugin<object>;
