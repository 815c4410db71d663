import type { ForwardLine, UpstreamAddress } from '../config.ts';
import type { Deadlines } from '../query/deadlines.ts';
import { ConnectionPool } from './connection-pool.ts';
import { tcpDialer } from './dialer.ts';
import { StreamConnection } from './stream-connection.ts';
import { TlsDialer } from './tls-dialer.ts';

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
  if (upstream.protocol === 'dns') {
    const dialer = tcpDialer(upstream, sourceAddress);
    return new ConnectionPool({
      ...limits,
      maxOpening: Infinity,
      open: (events, capacity) => new StreamConnection(dialer, randomUint16, events, capacity),
    });
  }
  // The other half is for the query itself.
  const handshakeTimeoutMs = line.readTimeoutMs / 2;
  const dialer = new TlsDialer({ upstream, sourceAddress, tls, alpn: 'dot', handshakeTimeoutMs, deadlines });
  return new ConnectionPool({
    ...limits,
    maxOpening: maxHandshakes,
    open: (events, capacity) => new StreamConnection(dialer, randomUint16, events, capacity),
  });
}
