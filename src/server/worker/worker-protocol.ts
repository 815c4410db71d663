import type { TableHandle } from '../../table/layout.ts';
import type { TlsMaterial } from '../../plugins/control.ts';
import type { ServerConfig } from '../config.ts';
import type { MetricsLayout } from '../metrics/layout.ts';
import type { SharedLayout } from '../shared-numbers.ts';

/** What a worker is started with. Plain data and shared memory. */
export interface WorkerStart {
  readonly generation: Generation;
  /** Which of the workers it is, from 0 on. */
  readonly index: number;
  readonly hashSeed: number;
  /** Whether several sockets share the address; false where the system cannot. */
  readonly reusePort: boolean;
  /** How many workers share the queries of each address. */
  readonly workers: number;
  readonly logFormat: 'text' | 'json';
}

/** A configuration as a worker gets it. A reload brings another one. */
export interface Generation {
  readonly config: ServerConfig;
  /** What the control halves of the configuration have published so far, by their serial numbers. */
  readonly publications: ReadonlyMap<number, Publication>;
  readonly layout: MetricsLayout;
  /** The counters of this worker that the layout refers to, by serial number; 0 has the counters that every worker has. */
  readonly counters: ReadonlyMap<number, SharedArrayBuffer>;
  readonly sharedLayout: SharedLayout;
  /** Numbers that all workers have in common, by serial number. */
  readonly shared: ReadonlyMap<number, SharedArrayBuffer>;
  /** Connections that each socket for streams may have. */
  readonly maxConnections: number;
}

/**
 * What a control half has handed to the workers: the serial number by which it is told from others is that of its plugin's instance, or
 * its own where it stands for several server blocks.
 */
export interface Publication {
  readonly tables: ReadonlyMap<string, TableHandle>;
  /** Certificates and keys by the name of their TlsSettings. */
  readonly tls: ReadonlyMap<string, TlsMaterial>;
  /** For the query half of its block. */
  readonly published: { readonly data: unknown } | undefined;
}

/**
 * From the main thread to a worker. A reload has two steps, so that all workers change over or none does:
 *
 *     prepare ─► prepared ─► commit ─► committed
 *            └─► refused  ─► abort
 */
export type WorkerCommand =
  /** A table has new memory. */
  | { readonly type: 'table'; readonly control: number; readonly name: string; readonly handle: TableHandle }
  /** What the first sync of a table waits for; '' at its end. */
  | { readonly type: 'waiting'; readonly control: number; readonly name: string; readonly text: string }
  /** A certificate or a key was replaced. */
  | { readonly type: 'tls'; readonly control: number; readonly name: string; readonly material: TlsMaterial }
  /** A control half has published something. */
  | { readonly type: 'published'; readonly control: number; readonly data: unknown }
  /** The interface of a link-local address is another one: its sockets are opened anew. */
  | { readonly type: 'reopen'; readonly address: string }
  /** Make what this configuration needs beside that which runs. */
  | { readonly type: 'prepare'; readonly generation: Generation }
  /** Change over to what was prepared, and let go of what is not used any more. */
  | { readonly type: 'commit' }
  /** Let go of what was prepared. */
  | { readonly type: 'abort' }
  /** Take no new queries, answer those in flight, and end. */
  | { readonly type: 'drain' };

/** From a worker to the main thread. */
export type WorkerReport =
  /** `udpProblem`: why UDP is not served in the fastest way that the system has. */
  | { readonly type: 'listening'; readonly udpProblem?: string | undefined }
  /** An address cannot be listened on; the worker ends. */
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'prepared' }
  /** What was to be prepared cannot be; the worker goes on as before. */
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'committed' }
  /** The query half of a plugin has something for its control half. */
  | { readonly type: 'reported'; readonly control: number; readonly data: unknown };
