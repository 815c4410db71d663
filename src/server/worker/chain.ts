import { BlockUpstreams } from '../../plugins/block-upstreams.ts';
import type { DryRun, Handler, HandlerEnvironment } from '../../plugins/plugin.ts';
import type { Plugins } from '../../plugins/plugins.ts';
import type { TableReader } from '../../table/reader.ts';
import { rcode, rrClass } from '../../wire/codes.ts';
import { QueryMetadata, type MetadataSource, type MetadataSources } from '../../wire/metadata.ts';
import type { Query } from '../../wire/query.ts';
import { emptyReply } from '../../wire/reply.ts';
import { zoneList } from '../../wire/zone-map.ts';
import { settingsOf, type BlockConfig } from '../config.ts';
import type { Meter } from '../metrics/meter.ts';

/** The chain of one server block, as a listener uses it. */
export interface Chain {
  /** Of class IN. */
  readonly handler: Handler;
  /** Of the other classes that some plugin of the block serves. */
  readonly otherClasses?: ReadonlyMap<number, Handler>;
  /** Some plugin of the block can ask upstream: replies say RA. */
  readonly recursionAvailable: boolean;
  /** Whether it is for this query; for all without one. */
  readonly filter?: ((query: Query) => boolean) | undefined;
  /** Gives a query the metadata of the block. */
  readonly collect?: ((query: Query) => void) | undefined;
  /** Counts the queries of one zone of the block at this listener, where they are counted. */
  readonly meter?: Meter | undefined;
  /** What its plugins look names up in. */
  readonly tables?: readonly TableReader[];
}

export interface ChainEnvironment extends Omit<
  HandlerEnvironment,
  'counters' | 'shared' | 'worker' | 'onPublished' | 'upstreams' | 'nextFor'
> {
  readonly plugins: Plugins;
  /** What a plugin of the block counts in. */
  counters?(plugin: string): Float64Array | undefined;
  /** What a plugin of the block shares with the other workers; where nothing is served, memory of its own. */
  shared?(plugin: string): Int32Array;
  /** The only one where it is not said. */
  readonly worker?: HandlerEnvironment['worker'];
  /** Calls back with what the control half of a plugin publishes for the block. */
  onPublished?(plugin: string, listener: (data: unknown) => void): void;
  /** The chain is only looked at: how, for each plugin. */
  dryRun?(plugin: string): DryRun;
}

/** Where no plugin is left to forward to, the name is not ours to answer (docs/semantics.md section 2). */
const endOfChain: Handler = (query) => {
  query.isUnserved = true;
  return emptyReply(query, rcode.REFUSED);
};

/** Builds the query halves of a block's plugins: a chain for each class that some plugin of it serves, and for IN. */
export function buildChain(block: BlockConfig, environment: ChainEnvironment): Chain {
  const halves = block.plugins.flatMap(({ name, config }) => {
    const query = environment.plugins.find((plugin) => plugin.name === name)?.query;
    if (query === undefined) return [];
    return [{ name, config, query, classes: query.classesOf?.(config) ?? query.classes ?? [rrClass.IN] }];
  });
  const tables: TableReader[] = [];
  const upstreams = new BlockUpstreams();
  const { worker = { index: 0, count: 1 } } = environment;
  const table = (name: string): TableReader => {
    const reader = environment.table(name);
    tables.push(reader);
    return reader;
  };
  /** What follows a plugin, by its name and a class. */
  const followers = new Map<string, Handler>();
  const environmentOf = ({ name, config, query }: (typeof halves)[number]): HandlerEnvironment => ({
    ...environment,
    table,
    nextFor: (qclass) => followers.get(`${name} ${qclass}`),
    upstreams,
    worker,
    counters: environment.counters?.(name),
    shared: environment.shared?.(name) ?? new Int32Array(query.sharedCount?.(config, worker.count) ?? 0),
    onPublished: (listener) => environment.onPublished?.(name, listener),
  });
  const chainOf = (qclass: number): Handler => {
    let handler = endOfChain;
    for (const half of halves.toReversed()) {
      const { name, config, query, classes } = half;
      if (classes !== 'any' && !classes.includes(qclass)) continue;
      followers.set(`${name} ${qclass}`, handler);
      const own = environmentOf(half);
      const dryRun = environment.dryRun?.(name);
      const looked = dryRun && query.dryRun?.(config, own, handler, dryRun);
      handler = looked ?? query.create(config, own, handler);
    }
    return handler;
  };
  const others = new Set(halves.flatMap(({ classes }) => (classes === 'any' ? [] : classes)));
  others.delete(rrClass.IN);
  const filters = halves.flatMap((half) => half.query.filter?.(half.config, environmentOf(half)) ?? []);
  const sources = (): [string, MetadataSource][] =>
    halves.flatMap((half) => Object.entries(half.query.metadata?.(half.config, environmentOf(half)) ?? {}));
  const { metadata: zones } = settingsOf(block);
  return {
    handler: chainOf(rrClass.IN),
    otherClasses: new Map([...others].map((qclass) => [qclass, chainOf(qclass)])),
    recursionAvailable: halves.some(({ query }) => query.isRecursive),
    filter: filters.length === 0 ? undefined : (query) => filters.every((filter) => filter(query)),
    collect: zones && collector(zones, new Map(sources())),
    tables,
  };
}

function collector(zones: readonly string[], sources: MetadataSources): (query: Query) => void {
  const isOfAll = zones.includes('.');
  const served = zoneList(zones);
  return (query) => {
    query.readName();
    if (isOfAll || served.contains(query)) query.metadata = new QueryMetadata(sources);
  };
}
