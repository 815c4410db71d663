import type { Query } from './query.ts';

/** What can be told of any query, by label; it is worked out when somebody asks. */
export type MetadataSources = ReadonlyMap<string, MetadataSource>;
export type MetadataSource = (query: Query) => string | undefined;

/**
 * What is known of one query beside its message, under labels such as `forward/upstream`. A server block with the plugin
 * `metadata` gives each query one; without it a query has none, and whoever asks or tells does so in vain.
 */
export class QueryMetadata {
  readonly sources: MetadataSources;
  /** What was told while the query was handled. */
  values: Map<string, string> | undefined;

  constructor(sources: MetadataSources) {
    this.sources = sources;
  }
}

/** What is known of the query under a label; `undefined` where nobody knows it, or the block has no metadata. */
export function metadataOf(query: Query, label: string): string | undefined {
  const { metadata } = query;
  if (metadata === undefined) return undefined;
  return metadata.values?.get(label) ?? metadata.sources.get(label)?.(query);
}

/**
 * Tells something of the query; what stood under the label is replaced. Nothing is done where the block has no metadata and the query
 * is not traced.
 */
export function setMetadata(query: Query, label: string, value: string): void {
  const { metadata, trace } = query;
  if (metadata !== undefined) (metadata.values ??= new Map()).set(label, value);
  trace?.note(label, value);
}

/** Whether the text is a label: words with a slash between them, as CoreDNS wants it. */
export function isMetadataLabel(text: string): boolean {
  const slash = text.indexOf('/');
  return slash > 0 && slash < text.length - 1;
}
