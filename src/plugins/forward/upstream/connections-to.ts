import type { ForwardLine, UpstreamAddress } from '../config.ts';
import type { Deadlines } from '../query/deadlines.ts';
import { ConnectionPool } from './connection-pool.ts';
import { TcpDialer } from './dialer.ts';
import { HttpsConnection } from './https-connection.ts';
import { HttpsRequester } from './https-request.ts';
import { ReplyMemory } from './reply-memory.ts';
import { StreamConnection } from './stream-connection.ts';
import { TlsDialer } from './tls-dialer.ts';

/** A server may answer the queries of one stream one by one: with so many in flight a further connection is opened. */
const streamLimits = { busyQueries: 16, maxConnections: 16 };
/** The streams of HTTP/2 do not wait for each other, and servers allow about 100 at a time (RFC 9113 section 6.5.2). */
const httpsLimits = { busyQueries: 100, maxConnections: 4 };
/** TLS handshakes with an upstream at a time: many queries that come at once wait for few of them. */
const maxHandshakes = 4;

/** The connections to an upstream, of the kind that its protocol asks for. */
export function connectionsTo(
  upstream: UpstreamAddress,
  line: ForwardLine,
  deadlines: Deadlines,
  randomUint16: () => number,
): ConnectionPool {
  const { sourceAddress, idleTimeoutMs, maxAgeMs, maxQueries, maxIdleConnections, tls } = line;
  const limits = { idleTimeoutMs, maxAgeMs, maxQueries, maxIdleConnections, deadlines };
  const shared = { randomUint16, replies: new ReplyMemory() };
  if (upstream.protocol === 'dns') {
    const dialer = new TcpDialer(upstream, sourceAddress);
    return new ConnectionPool({
      ...limits,
      ...streamLimits,
      maxOpening: Infinity,
      open: (events, capacity) => new StreamConnection(dialer, shared, events, capacity),
    });
  }
  // The other half is for the query itself.
  const handshakeTimeoutMs = line.readTimeoutMs / 2;
  const common = { upstream, sourceAddress, tls, handshakeTimeoutMs, deadlines };
  if (upstream.protocol === 'tls') {
    const dialer = new TlsDialer({ ...common, alpn: 'dot' });
    return new ConnectionPool({
      ...limits,
      ...streamLimits,
      maxOpening: maxHandshakes,
      open: (events, capacity) => new StreamConnection(dialer, shared, events, capacity),
    });
  }
  const dialer = new TlsDialer({ ...common, alpn: 'h2' });
  const requester = new HttpsRequester(upstream, line.dohMethod);
  return new ConnectionPool({
    ...limits,
    ...httpsLimits,
    maxOpening: 1,
    open: (events, capacity) => new HttpsConnection(dialer, requester, events, capacity),
  });
}
