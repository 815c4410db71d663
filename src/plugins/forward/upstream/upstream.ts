import { type ForwardLine, formatUpstream, type UpstreamAddress, upstreamKey } from '../config.ts';
import type { Channel } from './attempt.ts';
import type { ConnectUdp } from '../../../sockets/connect-udp.ts';
import type { Deadlines } from '../query/deadlines.ts';
import { UpstreamCookie } from './cookie.ts';
import { Health } from './health.ts';
import { Latency } from './latency.ts';
import { Limitation } from './limitation.ts';
import type { UpstreamMeter } from '../meter.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { connectionsTo } from './connections-to.ts';
import { UdpPool } from './udp-pool.ts';

/** One upstream of a line: its sockets and its health. */
export class Upstream {
  /** `10.0.0.1:53`, for messages. */
  readonly name: string;
  readonly health: Health;
  readonly latency = new Latency();
  /** When the last reply came; of the clock. */
  repliedAt = -Infinity;
  /** Queries that wait for its replies. */
  outstanding = 0;
  /** It does not speak EDNS (RFC 6891 section 7). */
  readonly noEdns = new Limitation();
  /** It answers over TCP only: something on the way to it swallows UDP. */
  readonly tcpOnly = new Limitation();
  /** Which of all servers it is (`upstreamKey`). */
  readonly key: string;
  meter: UpstreamMeter | undefined;
  /** Why another plugin has turned it off; `undefined` where none has. */
  offReason: string | undefined;
  isClosed = false;
  /** What it and we know each other by; none where all that goes to it is encrypted. */
  readonly cookie: UpstreamCookie | undefined;
  /** None where all that goes to it is encrypted. */
  readonly #udp: UdpPool | undefined;
  readonly #connections: ConnectionPool;
  readonly #isHttps: boolean;

  constructor(
    upstream: UpstreamAddress,
    line: ForwardLine,
    deadlines: Deadlines,
    connect: ConnectUdp,
    randomUint16: () => number,
    meter?: UpstreamMeter,
  ) {
    this.name = formatUpstream(upstream);
    this.key = upstreamKey(upstream);
    this.meter = meter;
    this.health = new Health(line.maxFails);
    const { sourceAddress } = line;
    this.#isHttps = upstream.protocol === 'https';
    if (upstream.protocol === 'dns') {
      this.cookie = new UpstreamCookie(randomUint16);
      this.#udp = new UdpPool({ upstream, sourceAddress, deadlines, randomUint16, connect });
    }
    this.#connections = connectionsTo(upstream, line, deadlines, randomUint16);
  }

  /**
   * What carries one query: over a connection where the line or the client's transport asks for it (`overStream`), and always
   * where it goes over TLS. `mustBeNew` asks for a connection that is not shared. `now` is of the clock of the deadlines. `undefined` when all are full.
   */
  channel(overStream: boolean, mustBeNew: boolean, now: number): Channel | undefined {
    if (!overStream && this.#udp !== undefined) return this.#udp.channel(now);
    const { opened } = this.#connections;
    const channel = this.#connections.channel(mustBeNew, now);
    if (channel !== undefined) this.meter?.usedConnection(this.#connections.opened === opened);
    return channel;
  }

  /** Whether it can be asked over UDP and over TCP. */
  get hasUdp(): boolean {
    return this.#udp !== undefined;
  }

  /** Its connections take no more than so many queries each: a query got no reply where so many others had theirs. */
  learnCapacity(replies: number): void {
    // Streams of HTTP/2 are refused one by one.
    if (!this.#isHttps) this.#connections.learnCapacity(replies);
  }

  /** Open sockets and connections, and the queries that wait on them, for tests. */
  get counts(): { readonly sockets: number; readonly connections: number; readonly pending: number } {
    const { sockets, pending } = this.#udp?.counts ?? { sockets: 0, pending: 0 };
    const { connections, pending: onConnections } = this.#connections.counts;
    return { sockets, connections, pending: pending + onConnections };
  }

  /** Closes all sockets once they wait for nothing. */
  close(): void {
    this.isClosed = true;
    this.#udp?.close();
    this.#connections.close();
  }
}
