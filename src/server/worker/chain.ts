import { BlockUpstreams } from '../../plugins/block-upstreams.ts';
import type { DryRun, Handler, HandlerEnvironment, QueryHalf } from '../../plugins/plugin.ts';
import type { Plugins } from '../../plugins/plugins.ts';
import type { TableReader } from '../../table/reader.ts';
import { rcode, rrClass } from '../../wire/codes.ts';
import { QueryMetadata, type MetadataSource, type MetadataSources } from '../../wire/metadata.ts';
import type { Query } from '../../wire/query.ts';
import { emptyReply } from '../../wire/reply.ts';
import { zoneList } from '../../wire/zone-map.ts';
import { settingsOf, type BlockConfig, type PluginConfig } from '../config.ts';
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
  'counters' | 'shared' | 'worker' | 'onPublished' | 'report' | 'upstreams' | 'table' | 'onClose' | 'nextFor'
> {
  readonly plugins: Plugins;
  /** The answer table that the control half of a plugin publishes under this name. */
  readonly table: (name: string, plugin: PluginConfig) => TableReader;
  /** What a plugin of the block counts in. */
  counters?(plugin: PluginConfig): Float64Array | undefined;
  /** What a plugin of the block shares with the other workers; where nothing is served, memory of its own. */
  shared?(plugin: PluginConfig): Int32Array;
  /** The only one where it is not said. */
  readonly worker?: HandlerEnvironment['worker'];
  /** Calls back with what the control half of a plugin publishes for the block; the result ends it. */
  readonly onPublished?: (plugin: PluginConfig, listener: (data: unknown) => void) => () => void;
  /** Hands something to the control half of a plugin of the block. */
  readonly report?: (plugin: PluginConfig, data: unknown) => void;
  /** The chain is only looked at: how, for each plugin. */
  dryRun?(plugin: string): DryRun;
}

/** Where no plugin is left to forward to, the name is not ours to answer (docs/semantics.md section 2). */
const endOfChain: Handler = (query) => {
  query.isUnserved = true;
  return emptyReply(query, rcode.REFUSED);
};

/** A query half at work in one class, with what is to be closed when it goes out of use. */
interface Link {
  readonly plugin: PluginConfig;
  readonly qclass: number;
  readonly handler: Handler;
  /** What a link that is kept over reloads calls: it can be changed. */
  readonly onward: { next: Handler } | undefined;
  readonly upstreams: BlockUpstreams;
  readonly tables: TableReader[];
  readonly closers: (() => void | Promise<void>)[];
}

/** The links of the chain of a server block that is at work. */
interface LinksAtWork {
  links: readonly Link[];
  /** What follows a plugin, by its name and a class. */
  followers: ReadonlyMap<string, Handler>;
}

/**
 * A chain that can be replaced by another one of its block. Those links of it that have learned or opened something, and of which nothing
 * has changed, are in the new chain as well:
 *
 *     log ─► cache ─► loop ─► forward         before
 *              │                 │
 *     acl ─► cache ──────────► forward        then: `use` has the cache call the same forward without loop
 */
export class BlockChain implements Chain {
  readonly block: BlockConfig;
  readonly handler: Handler;
  readonly otherClasses: ReadonlyMap<number, Handler>;
  readonly recursionAvailable: boolean;
  readonly filter: Chain['filter'];
  readonly collect: Chain['collect'];
  /** Both are needed to build it only; they lead to what was before, which nobody would ever let go of. */
  #environment: ChainEnvironment | undefined;
  #before: BlockChain | undefined;
  readonly #links: Link[] = [];
  readonly #followers = new Map<string, Handler>();
  /** What links that are kept call from `use` on. */
  readonly #changes: (() => void)[] = [];
  readonly #atWork: LinksAtWork;

  /** Beside `before`, the chain of the same block that it is to replace; that one works as before until `use` is called. */
  constructor(block: BlockConfig, environment: ChainEnvironment, before?: BlockChain) {
    this.block = block;
    this.#environment = environment;
    this.#before = before;
    this.#atWork = before ? before.#atWork : { links: this.#links, followers: this.#followers };
    const halves = block.plugins.flatMap((plugin) => {
      const query = environment.plugins.find(({ name }) => name === plugin.name)?.query;
      if (query === undefined) return [];
      return [{ plugin, query, classes: query.classesOf?.(plugin.config) ?? query.classes ?? [rrClass.IN] }];
    });
    const { metadata: zones, isTraced = false } = settingsOf(block);
    const others = new Set(halves.flatMap(({ classes }) => (classes === 'any' ? [] : classes)));
    others.delete(rrClass.IN);
    const chainOf = (qclass: number): Handler => {
      let handler = endOfChain;
      for (const { plugin, query, classes } of halves.toReversed()) {
        if (classes !== 'any' && !classes.includes(qclass)) continue;
        this.#followers.set(`${plugin.name} ${qclass}`, handler);
        const link = this.#link(plugin, query, qclass, handler);
        handler = isTraced ? tracedLink(plugin.name, link) : link;
      }
      return handler;
    };
    const filters: ((query: Query) => boolean)[] = [];
    const sources: [string, MetadataSource][] = [];
    for (const { plugin, query } of halves) {
      const { config } = plugin;
      if (query.filter) filters.push(query.filter(config, this.#extra(plugin, query)));
      if (zones && query.metadata) {
        sources.push(...Object.entries(query.metadata(config, this.#extra(plugin, query))));
      }
    }
    this.handler = chainOf(rrClass.IN);
    this.otherClasses = new Map([...others].map((qclass) => [qclass, chainOf(qclass)]));
    this.recursionAvailable = halves.some(({ query }) => query.isRecursive);
    this.filter = filters.length === 0 ? undefined : (query) => filters.every((filter) => filter(query));
    this.collect = zones && collector(zones, new Map(sources));
    this.#environment = undefined;
    this.#before = undefined;
  }

  /** Whether it is what the block needs: nothing of that has changed. */
  isOf({ plugins }: BlockConfig): boolean {
    const own = this.block.plugins;
    return own.length === plugins.length && own.every(({ instance }, i) => instance === plugins[i]!.instance);
  }

  get tables(): readonly TableReader[] {
    return this.#links.flatMap(({ tables }) => tables);
  }

  /** From now on queries go this way. Links that were kept call what stands behind them in this chain. */
  use(): void {
    for (const change of this.#changes.splice(0)) change();
    this.#atWork.links = this.#links;
    this.#atWork.followers = this.#followers;
  }

  /** Closes all that is not in use in `other` too; what is closed may finish what is in flight first. */
  async close(other?: BlockChain): Promise<void> {
    const kept = other ? other.#links : [];
    const gone = this.#links.filter((link) => !kept.includes(link));
    await Promise.all(gone.flatMap(({ closers }) => closers.map(async (close) => close())));
  }

  #link(plugin: PluginConfig, query: QueryHalf<unknown>, qclass: number, next: Handler): Handler {
    const kept = query.keeps ? this.#before?.linkOf(plugin, qclass) : undefined;
    if (kept) {
      this.#changes.push(() => (kept.onward!.next = next));
      this.#links.push(kept);
      return kept.handler;
    }
    const { own, ...parts } = this.#environmentOf(plugin, query);
    const dryRun = this.#environment!.dryRun?.(plugin.name);
    const onward = query.keeps && { next };
    // Only those that are kept have it: it is another call for each query that passes.
    const called: Handler = onward ? (each) => onward.next(each) : next;
    const looked = dryRun && query.dryRun?.(plugin.config, own, called, dryRun);
    const handler = looked ?? query.create(plugin.config, own, called);
    this.#links.push({ plugin, qclass, handler, onward, ...parts });
    return handler;
  }

  /** The link of an instance of a plugin, where it can be kept. */
  linkOf({ instance }: PluginConfig, qclass: number): Link | undefined {
    return this.#links.find((link) => link.plugin.instance === instance && link.qclass === qclass && link.onward);
  }

  /** For what a plugin has beside its link. */
  #extra(plugin: PluginConfig, query: QueryHalf<unknown>): HandlerEnvironment {
    const { own, ...parts } = this.#environmentOf(plugin, query);
    this.#links.push({ plugin, qclass: -1, handler: endOfChain, onward: undefined, ...parts });
    return own;
  }

  /** It refers to nothing of this chain, which a link that is kept outlives. */
  #environmentOf(plugin: PluginConfig, query: QueryHalf<unknown>) {
    const environment = this.#environment!;
    const { worker = { index: 0, count: 1 }, table, onPublished, report } = environment;
    const closers: (() => void | Promise<void>)[] = [];
    const tables: TableReader[] = [];
    const atWork = this.#atWork;
    const { name } = plugin;
    const upstreams = new BlockUpstreams(() => atWork.links.flatMap((link) => link.upstreams.own()));
    const own: HandlerEnvironment = {
      ...environment,
      upstreams,
      nextFor: (qclass) => atWork.followers.get(`${name} ${qclass}`),
      worker,
      counters: environment.counters?.(plugin),
      shared: environment.shared?.(plugin) ?? new Int32Array(query.sharedCount?.(plugin.config, worker.count) ?? 0),
      table: (name) => {
        const reader = table(name, plugin);
        tables.push(reader);
        return reader;
      },
      onPublished: (listener) => {
        const end = onPublished?.(plugin, listener);
        if (end) closers.push(end);
      },
      report: (data) => report?.(plugin, data),
      onClose: (close) => closers.push(close),
    };
    return { own, upstreams, tables, closers };
  }
}

/** A link of a block whose queries may be traced. */
function tracedLink(name: string, handler: Handler): Handler {
  return (query) => (query.trace === undefined ? handler(query) : query.trace.step(name, () => handler(query)));
}

/** What is told while a query is handled is kept for all names, as in CoreDNS; what is known from the start only below the zones. */
function collector(zones: readonly string[], sources: MetadataSources): (query: Query) => void {
  const isOfAll = zones.includes('.');
  const served = zoneList(zones);
  const none: MetadataSources = new Map();
  return (query) => {
    query.readName();
    query.metadata = new QueryMetadata(isOfAll || served.contains(query) ? sources : none);
  };
}
