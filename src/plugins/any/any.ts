import { noArguments } from '../no-arguments.ts';
import type { Plugin } from '../plugin.ts';
import { anyHandler } from './handler.ts';

/** `any`: ANY is answered with one HINFO record (RFC 8482). */
export const anyPlugin = {
  name: 'any',
  parse: noArguments,
  query: anyHandler,
} satisfies Plugin<object>;
