import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { ListenAddress } from '../../sockets/socket.ts';
import type { Peer, Query } from '../../wire/query.ts';
import type { Outcome, StreamTimeouts } from '../../plugins/plugin.ts';
import type { Counters } from '../counters.ts';

/** What a listener calls for every message that it receives; see worker/dispatcher.ts. */
export interface Dispatcher {
  /** Has the memory loaded that the answers to the first `count` queries are made of; `answer` does without it as well. */
  prepare(queries: readonly Query[], count: number): void;
  /** The length of the reply at `query.out[outStart]`, 0 for none, or a promise of it that never rejects. */
  answer(query: Query): Outcome;
}

/** What a socket needs of its worker. */
export interface ListenerEnvironment {
  /** It may be another one for the next query. */
  readonly dispatcher: Dispatcher;
  readonly counters: Counters;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Seed of the names' hash, for `Query` objects. */
  readonly hashSeed: number;
  /** Connections that a socket for streams may have. */
  readonly maxConnections: number;
  /** Of connections that are made from now on. */
  readonly timeouts?: StreamTimeouts | undefined;
}

/** An open socket that answers. */
export interface Listener {
  readonly protocol: 'udp' | 'tcp' | 'tls';
  readonly local: Peer;
  /** Takes no new queries; resolves when those in flight were answered. The caller limits how long that may take. */
  close(): Promise<void>;
}

/** Opens a socket; rejects with the system's error (EADDRINUSE, EACCES …). */
export type Listen = (address: ListenAddress, environment: ListenerEnvironment) => Promise<Listener>;
