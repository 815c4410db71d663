import type { TableHandle } from '../table/layout.ts';
import type { TlsMaterial } from '../plugins/control.ts';
import type { ServerConfig } from './config.ts';

/** What a worker is started with. Plain data and shared memory. */
export interface WorkerStart {
  readonly config: ServerConfig;
  readonly tables: ReadonlyMap<string, TableHandle>;
  /** Certificates and keys by the name of their TlsSettings. */
  readonly tls: ReadonlyMap<string, TlsMaterial>;
  /** What control halves have published, by `publishedKey`. */
  readonly published: ReadonlyMap<string, unknown>;
  readonly counters: SharedArrayBuffer;
  /** Numbers that all workers have in common (shared-numbers.ts). */
  readonly shared: SharedArrayBuffer;
  /** Which of the workers it is, from 0 on. */
  readonly index: number;
  readonly hashSeed: number;
  /** Whether several sockets share the address; false where the system cannot. */
  readonly reusePort: boolean;
  /** How many workers share the queries of each address. */
  readonly workers: number;
  /** Connections that each socket for streams may have. */
  readonly maxConnections: number;
  readonly logFormat: 'text' | 'json';
}

/** Under which what a plugin publishes for a server block is kept. */
export function publishedKey(plugin: string, block: number): string {
  return `${plugin} ${block}`;
}

/** From the main thread to a worker. */
export type WorkerCommand =
  /** A table has new memory. */
  | { readonly type: 'table'; readonly name: string; readonly handle: TableHandle }
  /** What the first sync of a table waits for; '' at its end. */
  | { readonly type: 'waiting'; readonly name: string; readonly text: string }
  /** A certificate or a key was replaced. */
  | { readonly type: 'tls'; readonly name: string; readonly material: TlsMaterial }
  /** A control half has published something. */
  | { readonly type: 'published'; readonly key: string; readonly data: unknown }
  /** The interface of a link-local address is another one: its sockets are opened anew. */
  | { readonly type: 'reopen'; readonly address: string }
  /** Take no new queries, answer those in flight, and end. */
  | { readonly type: 'drain' };

/** From a worker to the main thread. */
export type WorkerReport =
  /** `udpProblem`: why UDP is not served in the fastest way that the system has. */
  | { readonly type: 'listening'; readonly udpProblem?: string | undefined }
  /** An address cannot be listened on; the worker ends. */
  | { readonly type: 'failed'; readonly message: string };
