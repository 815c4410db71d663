import type { Plugin } from '../plugin.ts';
import { headerHandler } from './handler.ts';
import { parseHeader } from './parse.ts';

/** Bits of the two octets of flags: those that are kept, and those that are set then. */
export interface FlagChange {
  readonly keep: readonly [number, number];
  readonly set: readonly [number, number];
}

export interface HeaderConfig {
  readonly query: FlagChange;
  readonly response: FlagChange;
}

/** `header`: sets and clears flags of queries, for the plugins behind it, and of replies. */
export const headerPlugin = {
  name: 'header',
  parse: parseHeader,
  query: headerHandler,
} satisfies Plugin<HeaderConfig>;
