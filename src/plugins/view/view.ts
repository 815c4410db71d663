import type { Plugin } from '../plugin.ts';
import { viewFilter } from './filter.ts';
import { parseView } from './parse.ts';

export interface ViewConfig {
  readonly name: string;
  /** All must be true. Texts of expressions that are sound. */
  readonly expressions: readonly string[];
}

/**
 * `view NAME { expr EXPRESSION }`: the server block takes the queries only for which its expressions are true. The server asks the
 * filter before it chooses a block (server/worker/chain-choice.ts); in the chain there is nothing left to do.
 */
export const viewPlugin = {
  name: 'view',
  parse: parseView,
  settings: ({ name }) => ({ view: name }),
  query: viewFilter,
} satisfies Plugin<ViewConfig>;
