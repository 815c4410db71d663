import type { Plugin } from '../plugin.ts';
import { parseMetadata } from './parse.ts';

export interface MetadataConfig {
  /** Lower-case and absolute. */
  readonly zones: readonly string[];
}

/**
 * `metadata [ZONES...]`: has the server give each query what the plugins of its block know of it (wire/metadata.ts). What they
 * know from the start they say in `QueryHalf.metadata`, and the rest by `setMetadata` while they handle the query.
 */
export const metadataPlugin = {
  name: 'metadata',
  parse: parseMetadata,
  settings: ({ zones }) => ({ metadata: zones }),
} satisfies Plugin<MetadataConfig>;
