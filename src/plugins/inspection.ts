import type { LeftOutPart, NameExplanation } from '../registry/explain/explanation.ts';
import type { PublicHost, PublicHostOptions } from '../registry/export/public-host.ts';
import type { Served } from '../registry/export/served.ts';
import type { ChangeText } from '../registry/search/host-change.ts';
import type { HostIndex } from '../registry/search/host-index.ts';
import type { HostRow } from '../registry/search/host-row.ts';
import type { MessageText } from '../wire/message-text.ts';

/** The request makes no sense; the message is for who made it. */
export class InspectError extends Error {
  override readonly name = 'InspectError';
}

/** Who asks: by address, or by namespace. At most one of the first two. */
export interface Asker {
  readonly client?: string | undefined;
  readonly namespace?: string | undefined;
  /** With a namespace: the mesh captures the client's traffic. */
  readonly isMeshed?: boolean | undefined;
}

/** Who the client is taken for, and why. */
export interface ClientText {
  readonly namespace: string | undefined;
  readonly isMeshed: boolean;
  readonly why: string;
  readonly address?: string;
  /** The Sidecar that limits what the client sees, `namespace/name`. */
  readonly sidecar?: string;
  /** `region/zone/subzone` of where it is, and what says so; absent where nothing does. */
  readonly locality?: string | undefined;
  readonly whyLocality?: string | undefined;
}

/** What a plugin says of a name, for one client. */
export interface NameInspection {
  readonly client: ClientText;
  readonly registry: NameExplanation;
  readonly ptr: readonly { readonly target: string; readonly host: string; readonly isSeen: boolean }[];
}

export interface RegistryStatusText {
  readonly isSynced: boolean;
  readonly objects: number;
  readonly hosts: number;
  readonly resolved: number;
  readonly tableBytes: number;
  readonly serial: number;
  /** Unix time in milliseconds at which an object changed last. */
  readonly changedMs: number | undefined;
  /** What the Corefile names to read from. */
  readonly sources: readonly string[];
  /** Each kind of each cluster that is watched. */
  readonly watches: readonly WatchText[];
  /** What the first sync waits for, since when and why; '' where there is nothing to say. */
  readonly waiting: string;
  /** The first 100. */
  readonly rejections: readonly LeftOutPart[];
  readonly rejectionCount: number;
}

/** How one kind of one cluster is watched. Times are Unix times in milliseconds. */
export interface WatchText {
  readonly cluster: string;
  readonly kind: string;
  readonly state: string;
  readonly isSynced: boolean;
  readonly trouble: string;
  readonly objects: number;
  readonly lastEventMs: number | undefined;
}

/** A ServiceEntry that has a host. */
export interface HostEntry {
  /** `namespace/name`. */
  readonly name: string;
  readonly origin: string;
}

/** The hosts of one registry, as far as other name servers may be told of them; the same object as long as the registry lives. */
export interface PublicHosts {
  /** Everything that exists has been read. */
  readonly isSynced: boolean;
  /** Lower-case, without trailing dot; a wildcard begins with `*.`. */
  hosts(): Iterable<string>;
  /** What everybody may know of a host, whoever asks and from wherever. */
  of(host: string, options: PublicHostOptions): PublicHost;
  /** Calls back with hosts whose answers may have changed; the result ends it. */
  onChange(listener: (hosts: ReadonlySet<string>) => void): () => void;
}

/** What a plugin knows of the names of one server block: what `explain`, `records` and `admin` show. */
export interface Inspectable {
  readonly isSynced: boolean;
  /** Name of its answer table. */
  readonly table: string;
  /** `name` is lower-case, without trailing dot. Throws InspectError for an asker that is none. */
  explain(name: string, asker: Asker): NameInspection;
  /** The config under which the plugin answers the asker, wherever that one is. */
  configFor(asker: Asker): unknown;
  /** What is to be known of a reply beside what stands in it. */
  replyWarnings(reply: MessageText | undefined): readonly string[];
  /**
   * Everything that is served to the asker; `reaches` says whether queries for a name (lower-case, without trailing dot) come
   * to the block. Throws InspectError for an asker that is none, before the first record.
   */
  served(asker: Asker, reaches: (name: string) => boolean): Iterable<Served>;
  readonly publicHosts: PublicHosts;
  /** Records as zone files, each behind a line `; zone APEX`. */
  zoneText(records: Iterable<Served>): Iterable<string>;
  status(): RegistryStatusText;
  /** The hosts with what has changed lately. The first who wants it has it made, and kept up from then on. */
  hosts(): HostIndex;
  /** The first ServiceEntries that have the host of a row. */
  entriesOf(row: HostRow): readonly HostEntry[];
  /** All that is left out at present. */
  leftOut(): readonly LeftOutPart[];
}

/** What a server shows of itself; parameters are those of `admin`'s URLs. Rejects or throws InspectError for what makes no sense. */
export interface InspectionBackend {
  /** An object, or with `output=text` the text that the command prints. */
  explain(parameters: URLSearchParams): Promise<unknown>;
  /** Throws before it gives the first piece. */
  records(parameters: URLSearchParams): Iterable<string>;
  status(): ServerStatus;
  /** Has the hosts of all server blocks kept ready for `hosts` and `changes`, which is done on demand otherwise. */
  prepareHosts(): void;
  hosts(parameters: URLSearchParams): HostPage;
  changes(): readonly BlockChange[];
  leftOut(parameters: URLSearchParams): LeftOutPage;
}

/** What a running server says of itself. Times are Unix times in milliseconds. */
export interface ServerStatus {
  readonly version: string;
  readonly startedMs: number;
  readonly nowMs: number;
  readonly corefile: { readonly hash: string; readonly loadedMs: number; readonly hasFailed: boolean };
  readonly listeners: readonly string[];
  readonly workers: number;
  readonly restarts: number;
  readonly registries: readonly (RegistryStatusText & { readonly block: string })[];
}

/** Some of the hosts that were looked for. */
export interface HostPage {
  /** Not all registries have been read: what is here is not all. */
  readonly isComplete: boolean;
  /** Hosts that there are, and those of them that match. */
  readonly all: number;
  readonly total: number;
  /** Number of the first one. */
  readonly offset: number;
  readonly hosts: readonly (HostRow & { readonly block: string; readonly entries: readonly HostEntry[] })[];
  /** What can be chosen from. */
  readonly choices: Readonly<
    Record<'zones' | 'namespaces' | 'sources' | 'exports' | 'answers' | 'types', readonly string[]>
  >;
}

export interface BlockChange extends ChangeText {
  /** Keys of the server block. */
  readonly block: string;
}

/** Some of what is left out. */
export interface LeftOutPage {
  readonly all: number;
  readonly total: number;
  readonly offset: number;
  readonly parts: readonly (LeftOutPart & { readonly block: string })[];
  /** How many there are for each reason, and what it means. */
  readonly reasons: readonly { readonly reason: string; readonly count: number; readonly meaning: string }[];
}
