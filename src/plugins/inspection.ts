import type { LeftOutPart, NameExplanation } from '../registry/explain/explanation.ts';
import type { Served } from '../registry/export/served.ts';
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
  /** The first 100. */
  readonly rejections: readonly LeftOutPart[];
  readonly rejectionCount: number;
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
  /** Records as zone files, each behind a line `; zone APEX`. */
  zoneText(records: Iterable<Served>): Iterable<string>;
  status(): RegistryStatusText;
}

/** What a server shows of itself; parameters are those of `admin`'s URLs. Rejects or throws InspectError for what makes no sense. */
export interface InspectionBackend {
  explain(parameters: URLSearchParams): Promise<unknown>;
  /** Throws before it gives the first piece. */
  records(parameters: URLSearchParams): Iterable<string>;
  status(): unknown;
}
