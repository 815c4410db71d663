import type { Activities } from '../runtime/activities.ts';
import type { Clock } from '../runtime/clock.ts';
import type { HttpServerOptions } from '../runtime/http/server.ts';
import type { LogFields, Logger } from '../runtime/logger.ts';
import type { Family } from '../runtime/metrics/family.ts';
import type { TableHandle } from '../table/layout.ts';
import type { Inspectable, InspectionBackend, PublicHosts } from './inspection.ts';
import type { Publishing, PublishOptions } from './publishing.ts';
import type { Interfaces, Use } from './plugin.ts';

/**
 * The control half of a plugin at work. All are made before the first is started, and then:
 *
 *     start ─► load ─► … ─► withdraw ─► drain ─► stop
 *     the workers start beside load, and end between drain and stop
 *
 * A reload makes those of the directives that have changed beside the others; when they are loaded the workers change over to them, and
 * those in whose place they are come to their `stop`. Where one of the new ones fails, all of the new ones are stopped.
 *
 * What is thrown at the start stops the start, with the position of the plugin's first line, or that of a PluginError. What is
 * thrown later is logged and counted (`coredns_panics_total`), and takes nothing else with it.
 */
export interface Control {
  /** Opens what it needs. The workers do not answer yet. */
  start?(): void | Promise<void>;
  /** Others are about to be made that may read its files, for they are to take its place: it writes what is not written yet. */
  save?(): void | Promise<void>;
  /** Reads what answers depend on; the start of the server waits for it. */
  load?(): Promise<void>;
  /** What must have begun to work before clients are sent to this server block. */
  readiness?(block: number): Readiness | undefined;
  /** What it exports of the server blocks that `isShown` names. */
  metrics?(isShown: (block: number) => boolean): readonly Family[];
  /** What a start announces of it. */
  announcement?(): Announcement;
  /** Its query half in some worker has told this (`HandlerEnvironment.report`). Only for those that stand for one server block. */
  report?(data: unknown): void;
  /** What it knows of the names of a server block. */
  inspectable?(block: number): Inspectable | undefined;
  /** What the sub-command `publish` has it do, in place of `load`. */
  publish?(options: PublishOptions): Promise<Publishing>;
  /** Grows with each change that it has worked through: when it rests the heap is compacted. */
  readonly changes?: number;
  /** The server is about to stop: nobody is to be sent here any more. */
  withdraw?(): Promise<void>;
  /** Resolves when it has answered long enough for others to notice. */
  drain?(): Promise<void>;
  stop?(): void | Promise<void>;
}

/** A fault of one line: it stops the start with the position of that line. */
export class PluginError extends Error {
  readonly position: Use<unknown>['position'];

  constructor({ position }: Use<unknown>, message: string, options?: ErrorOptions) {
    super(message, options);
    this.position = position;
  }
}

export interface Readiness {
  isReady(): boolean;
  /** Why it is not, on one line; '' where that is not known. */
  reason?(): string;
}

/** Readiness with the name that is shown for it. */
export interface NamedReadiness extends Readiness {
  readonly name: string;
}

export interface Announcement {
  readonly lines?: readonly string[];
  /** The same for the JSON form of the log. */
  readonly fields?: LogFields;
  /** Host names that it answers for. */
  readonly hosts?: number;
  /** A name that can be asked for. */
  readonly exampleName?: string | undefined;
}

/** What a control half may use. Nothing else of the process is reached for. */
export interface Host {
  /** What a timer throws is caught. */
  readonly clock: Clock;
  readonly logger: Logger;
  /** Secret of the process, for the hash of names: that of the workers. */
  readonly hashSeed: number;
  /** The plugin is only looked at: it opens no port and writes no file. */
  readonly isReadOnly: boolean;
  /** What the control plane does: to be recorded there, and watched. */
  readonly activities: Activities;
  /** Reads a text file; throws as node:fs does. */
  readFile(path: string): string;
  /**
   * In a control half that a reload makes: resolves when it has taken the place of others, which are stopped by then. What it writes to
   * files waits for that. `undefined` at a start.
   */
  readonly inPlace?: Promise<void> | undefined;
  /**
   * Opens an HTTP server for a line; rejects with a PluginError. Where the plugin does not close it, that is done last. An address that
   * the configuration before has open stays open over a reload, and changes hands when the new one takes its place.
   */
  openHttp(use: Use<unknown>, options: OpenHttp): Promise<OpenedHttp>;
  /** Hands new memory of an answer table to all workers, those to come included. */
  publishTable(name: string, handle: TableHandle): void;
  /** Tells the workers why a table is not synced yet; '' when it is. */
  publishWaiting(name: string, text: string): void;
  /** Hands a certificate to all workers, those to come included: `name` is that of the TlsSettings. */
  publishTls(name: string, material: TlsMaterial): void;
  /** Hands plain data to this plugin's query half in a server block, in all workers, those to come included. */
  publish(block: number, data: unknown): void;
  /** What this plugin's query half has counted for a server block, over all workers; `undefined` where queries are not counted. */
  counters(block: number): CounterSums | undefined;
  /** Whether another server block that has this plugin has the same zones. */
  sharesZones(block: number): boolean;
  /** The listeners of a server block as metrics name them: `dns://:53`. */
  servers(block: number): readonly string[];
  /** What must have begun to work before clients are sent to a server block; the same objects as long as the same plugins are at work. */
  readiness(block: number): readonly NamedReadiness[];
  /** All metrics of the server and of its plugins, as far as they belong to the blocks that `isShown` names. */
  metrics(isShown: (block: number) => boolean): readonly Family[];
  /** Looks at what is served. */
  inspection(): Promise<InspectionBackend>;
  /** The hosts of the registry of a server block; `undefined` where it has none. A reload may bring another one. */
  publicHosts(block: number): PublicHosts | undefined;
  /** The machine's network interfaces; throws where the system does not tell. */
  interfaces(): ReturnType<Interfaces>;
  /** Has the sockets on an address opened anew. */
  reopenSockets(address: string): void;
  /** The configuration that runs. */
  readonly corefile: RunningCorefile;
}

export interface RunningCorefile {
  /** SHA-512 of what the Corefile says, in hexadecimal digits. */
  readonly hash: string;
  /** The file and those that it imports, in the order in which they were read, as they were then; empty where it was not read from files. */
  readonly files: readonly CorefileText[];
  /** When it was loaded, in Unix time in milliseconds. */
  readonly loadedMs: number;
  /** Why it cannot be read again; `undefined` where it can. */
  readonly fixed: string | undefined;
  /** Reads it again, and reloads where it has changed. Never rejects. */
  check(): Promise<void>;
}

export interface CorefileText {
  readonly path: string;
  /** `undefined` where there is too much of it to be kept. */
  readonly text: string | undefined;
}

/** An HTTP server that was opened for a control half. */
export interface OpenedHttp {
  /** The port that it listens on. */
  readonly port: number;
  /** Where it answers, `http://127.0.0.1:9154`. */
  readonly url: string;
  /** Nobody is answered there any more; nothing happens where it has changed hands. */
  close(): Promise<void>;
}

export interface OpenHttp extends Pick<HttpServerOptions, 'at' | 'accept'> {
  /** Fewer than the process allows. */
  readonly maxConnections?: number;
}

/** Sums over all workers. */
export interface CounterSums {
  /** How many workers there are. */
  readonly workers: number;
  at(index: number): number;
  slice(start: number, length: number): number[];
}

/** A certificate with its key, as PEM. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  /** Who signs the certificates of clients. */
  readonly ca: string | undefined;
  /** Makes tickets of one worker good at all others (RFC 5077 section 4, RFC 8446 section 4.6.1). 48 octets. */
  readonly ticketKeys: Uint8Array;
}
