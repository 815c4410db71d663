import type { Directive } from '../corefile/ast.ts';
import type { Position } from '../corefile/position.ts';
import type { Problems } from '../corefile/problem.ts';
import type { Clock } from '../runtime/clock.ts';
import type { HttpAddress } from '../runtime/http/address.ts';
import type { Logger } from '../runtime/logger.ts';
import type { ConnectUdp } from '../sockets/connect-udp.ts';
import type { TableReader } from '../table/reader.ts';
import type { MetadataSource } from '../wire/metadata.ts';
import type { Query } from '../wire/query.ts';
import type { BlockUpstreams } from './block-upstreams.ts';
import type { Control, Host } from './control.ts';
import type { Endpoint, OwnEndpoints } from './own-endpoints.ts';

/**
 * All that a directive of the Corefile does. A plugin is whole in its folder, and the server knows it by the one list in
 * plugins.ts; whatever the two have to say to each other passes through this interface.
 *
 *     Corefile ─ parse ─► Config ┬─ settings ─► listeners      where the block is served, and how
 *                                ├─ control ──► Control        main thread: ports, files, timers, metrics
 *                                └─ query ────► Handler        each worker: a link of the chain that answers queries
 *
 * The config is plain data, because it is cloned into the workers.
 */
export interface Plugin<Config> {
  readonly name: string;
  /** All lines of the directive in one server block, in file order. What it returns is not used where it reports errors. */
  parse(directives: readonly Directive[], context: ParseContext): Config;
  /** What the line says about the server itself. */
  settings?(config: Config): BlockSettings;
  /**
   * Looks at the config beside the other server blocks: reports what cannot work, and leaves out what it warns of. It follows `settings`
   * of all plugins and blocks.
   */
  check?(config: Config, surroundings: Surroundings): Config;
  /** Completes the config where it depends on what else the server does. */
  place?(config: Config, place: BlockPlace): Config;
  /** What the config names and this machine does not have at present, as sentences: `-check` warns of it. */
  missing?(config: Config): Promise<readonly string[]>;
  /**
   * The control half, on the main thread: one for each server block that has the directive, with one use. It loads its code when it
   * is called, so that workers do without it. Over a reload it goes on as long as nothing of the directive has changed; another
   * one is made beside it and takes its place where something has.
   */
  control?(uses: readonly Use<Config>[], host: Host): Promise<Control>;
  /**
   * One control half for all server blocks, with the uses in the order of the Corefile: they share an address or a file. It
   * publishes nothing to query halves.
   */
  readonly sharesControl?: true;
  /**
   * Explains names and lists records: such a control half runs for these commands too, without a server. `resolving`: only where
   * other servers are really asked.
   */
  readonly explains?: true | 'resolving';
  /** The config for one reading by these commands. `kubeconfig` is a file whose cluster is read in place of what the directive names. */
  readonly forInspection?: (config: Config, kubeconfig: string | undefined) => Config;
  readonly query?: QueryHalf<Config>;
}

export interface ParseContext {
  /** Zones of the server block, lower-case and absolute. */
  readonly zones: readonly string[];
  readonly problems: Problems;
  /** Version of this program. */
  readonly version: string;
  /** Throws where the system does not tell. */
  readonly interfaces: Interfaces;
  /** Where relative paths of files begin, '' where the server was started: `filePath` heeds it. */
  readonly root: string;
  /**
   * Reads a text file that the Corefile names; throws as node:fs does. The file counts as part of the Corefile, so that `reload` sees
   * when it changes, unless the plugin looks after it by itself (`isWatched`).
   */
  readFile(path: string, isWatched?: boolean): string;
}

/** The directive of one server block. */
export interface Use<Config> {
  /** Number of the server block; it keeps that over reloads. */
  readonly block: number;
  /** Zones of the server block, lower-case and absolute. */
  readonly zones: readonly string[];
  /** Name of the server block's view, for the metrics; '' without one. */
  readonly view: string;
  readonly config: Config;
  /** Of the first line. */
  readonly position: Position;
}

/** What plugins say about the server block that they stand in. */
export interface BlockSettings {
  /** The addresses to listen on; all of the machine where no plugin names any. */
  readonly addresses?: readonly string[];
  /** How the block's `tls://` keys are served. */
  readonly tls?: TlsSettings;
  /** The directory where plugins further down the list begin relative paths; '' where the server was started. */
  readonly root?: string;
  /** How long clients over TCP and TLS are waited for. */
  readonly timeouts?: StreamTimeouts;
  /** Sockets per listener, which is the number of workers. */
  readonly sockets?: number | undefined;
  /** Debug lines are logged. */
  readonly logsDebug?: boolean;
  /** The queries of the block are counted. */
  readonly isMeasured?: boolean;
  /** Queries of the block may be traced: plugins further down note when they handle one. */
  readonly isTraced?: boolean;
  /** What is sent to other servers. */
  readonly forwards?: readonly Forwarding[];
  /** Metadata is collected (wire/metadata.ts): what plugins know from the start of names at or below these zones. */
  readonly metadata?: readonly string[];
  /** Name of the view: the block has a `filter`, and others may have its zones too. */
  readonly view?: string;
  /** Where the control half opens an HTTP server. */
  readonly http?: HttpAddress;
}

/** What is said of connections of clients; the rest is the server's default. */
export interface StreamTimeouts {
  /** From the first octet of a message to its last. */
  readonly readMs?: number;
  /** How long a client may take nothing of its replies. */
  readonly writeMs?: number;
  /** From one message to the next. */
  readonly idleMs?: number;
  /** Messages on one connection; Infinity for any number. */
  readonly maxQueries?: number;
}

/** Names that go to other servers. */
export interface Forwarding {
  /** Those at or below one of these go there, if no longer zone has them; lower-case and absolute. */
  readonly zones: readonly string[];
  readonly to: readonly Endpoint[];
}

/** What stands beside the lines of a plugin in one server block. */
export interface Surroundings {
  readonly problems: Problems;
  /** The listeners of this server that must get nothing of one of the block's `forwards`: it would come back to this block. */
  ownEndpoints(index: number): OwnEndpoints;
}

/** Go's `tls.ClientAuthType`, in CoreDNS's words. */
export const clientAuthModes = ['nocert', 'request', 'require', 'verify_if_given', 'require_and_verify'] as const;

/**
 * What is asked of clients: no certificate; one that nobody looks at, given or not; any; one that the CA signed where one is
 * given; one that the CA signed.
 */
export type ClientAuth = (typeof clientAuthModes)[number];

export interface TlsSettings {
  /** Name under which the certificate is published; blocks on one port must have the same. */
  readonly name: string;
  readonly clientAuth: ClientAuth;
}

/** The machine's network interfaces by name, each with its addresses, as node:os gives them. */
export type Interfaces = () => Readonly<
  Record<
    string,
    | readonly {
        readonly address: string;
        readonly family: string;
        readonly internal: boolean;
        /** Of IPv6: number of the interface where the address is link-local, else 0. */
        readonly scopeid?: number | undefined;
      }[]
    | undefined
  >
>;

/** What the rest of the configuration means for one server block. */
export interface BlockPlace {
  /** The addresses of its listeners: those of the machine where it listens on all. */
  readonly addresses: readonly string[];
  /** Zones that other server blocks have at the same listeners. */
  readonly zonesBeside: readonly string[];
}

/**
 * What a handler comes to: the length of the reply that it wrote at `query.out[query.outStart]`, 0 for no reply at
 * all, or a promise of that when it has to wait (after `query.hold()`). A promise never rejects but for a defect.
 */
export type Outcome = number | Promise<number>;

/** One link of the chain. It answers, or returns what `next` returns. */
export type Handler = (query: Query) => Outcome;

/** The query half: a link of the chain, in each worker. */
export interface QueryHalf<Config> {
  /** Builds the link from its config, once per server block. */
  create(config: Config, environment: HandlerEnvironment, next: Handler): Handler;
  /** Classes of the queries that it handles, `any` where it passes all on; without it IN. What no plugin serves is REFUSED. */
  readonly classes?: readonly number[] | 'any';
  /** In place of `classes` where the config says it. */
  classesOf?(config: Config): readonly number[] | 'any';
  /**
   * Whether a query of the block's zones is for this block; where it is not, the next one with the zone is looked at, and then
   * those with shorter ones. It only looks at the query.
   */
  filter?(config: Config, environment: HandlerEnvironment): (query: Query) => boolean;
  /** What it can tell of a query from the start, by label, such as `view/name`; for blocks that collect metadata. */
  metadata?(config: Config, environment: HandlerEnvironment): Readonly<Record<string, MetadataSource>>;
  /** It can ask other servers: the replies of its block have RA set. */
  readonly isRecursive?: true;
  /**
   * The link is kept over a reload where nothing of its directive has changed, with all that it has learned and opened: it calls
   * another `next` from then on. All other links are made anew when something of their block changes.
   */
  readonly keeps?: true;
  /** How many numbers it counts in: a number where that does not depend on the config, so that another config goes on counting in them. */
  readonly counterCount?: number | CountOf<Config>;
  /** How many numbers all workers, of which there are so many, have in common. */
  sharedCount?(config: Config, workers: number): number;
  /** In place of `create` where a chain is only looked at: what would be sent to another server is reported instead. */
  dryRun?(config: Config, environment: HandlerEnvironment, next: Handler, run: DryRun): Handler;
}

/** A count that depends on the config. */
type CountOf<Config> = { count(config: Config): number }['count'];

/** What a query half may use. Nothing else of the process is reached for. */
export interface HandlerEnvironment {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Zones of the server block, lower-case and absolute. */
  readonly zones: readonly string[];
  /** What follows the plugin in the chain for another class; `undefined` where no plugin of the block serves that. */
  nextFor(qclass: number): Handler | undefined;
  /** A cryptographically random number from 0 to 65535. */
  randomUint16(): number;
  /** The answer table that a control half publishes under this name. */
  table(name: string): TableReader;
  /** The numbers that the plugin counts in, in shared memory; `undefined` where nothing is served. */
  readonly counters?: Float64Array | undefined;
  /** The numbers that this plugin of this server block has in common with the other workers; for Atomics. 0 at the start. */
  readonly shared: Int32Array;
  /** Which of the workers this is, from 0 on, and how many there are. One that died is replaced by one with its number. */
  readonly worker: { readonly index: number; readonly count: number };
  /** Opens UDP sockets to other servers. */
  readonly connectUdp: ConnectUdp;
  /** Calls back with what the control half publishes for this server block: at once where it has, and whenever it does. */
  onPublished(listener: (data: unknown) => void): void;
  /** Hands plain data to the control half of this plugin; where nothing is served nobody gets it. */
  report(data: unknown): void;
  /** The servers that plugins of this server block ask, for those that look after them; plugins further down come first. */
  readonly upstreams: BlockUpstreams;
  /** Registers what has to be closed when the chain goes out of use; it may finish what is in flight first. */
  onClose(close: () => void | Promise<void>): void;
}

/** How a chain is looked at. */
export interface DryRun {
  /** What becomes of a query for another server: no reply, NXDOMAIN as if that knew nothing, or it is really sent. */
  readonly upstream: 'none' | 'nxdomain' | 'resolve';
  report(query: Query, to: readonly string[]): void;
}
