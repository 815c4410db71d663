import { createServer as createTcpServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { ClientAuth } from '../../plugins/plugin.ts';
import { counter } from '../counters.ts';
import type { Connection } from './connection.ts';
import type { Listen } from './listener.ts';
import { connectionBacklog, StreamListener } from './stream-listener.ts';
import type { TlsContext } from './tls-context.ts';

/** From the connection to the end of the handshake: a few round trips. */
const handshakeTimeoutMs = 5_000;

/** DNS over TLS (RFC 7858) on node:tls: what TCP does, behind a handshake. */
export function makeListenTls(context: TlsContext): Listen {
  return (address, environment) =>
    new Promise((resolve, reject) => {
      const server = createTcpServer({ allowHalfOpen: true, noDelay: true });
      server.once('error', reject);
      const options = {
        port: address.port,
        host: address.address,
        ipv6Only: address.family === 6,
        reusePort: address.reusePort,
        backlog: connectionBacklog(environment.maxConnections),
      };
      server.listen(options, () => {
        server.off('error', reject);
        const listener = new StreamListener(server, 'tls', address, environment);
        const { clock, counters, logger } = environment;
        // It listens nowhere: it is handed connections that were admitted, so that those whose handshake never ends count.
        const secure = createTlsServer(context.options);
        server.once(
          'close',
          context.onChange((changed) => {
            secure.setSecureContext(changed);
            // The context says nothing of it: the server has it from its options.
            Object.assign(secure, { requestCert: changed.requestCert });
          }),
        );
        const handshakes = new Map<string, Handshake>();
        server.on('connection', (raw) => {
          const handshake = new Handshake(raw, clock.now() + handshakeTimeoutMs);
          if (!listener.admit(handshake, raw)) return;
          const ends = endsOf(raw);
          handshakes.set(ends, handshake);
          raw.on('close', () => {
            if (handshakes.get(ends) !== handshake) return;
            handshakes.delete(ends);
            counters[counter.failedHandshakes]!++;
            if (!logger.debugs) return;
            logger.debug(`TLS ${address.address}: the handshake with ${ends} failed: ${handshake.failure}`);
          });
          secure.emit('connection', raw);
        });
        secure.on('tlsClientError', (error, socket) => {
          const handshake = handshakes.get(endsOf(socket));
          if (handshake) handshake.failure = error.message;
        });
        secure.on('secureConnection', (socket) => {
          const ends = endsOf(socket);
          const handshake = handshakes.get(ends);
          const failure = refusal(socket, context.clientAuth);
          if (!handshake || failure !== undefined) {
            if (handshake) handshake.failure = failure ?? '';
            socket.destroy();
            return;
          }
          handshakes.delete(ends);
          listener.serve(socket, handshake);
        });
        resolve(listener);
      });
    });
}

/** A connection whose handshake is under way. */
class Handshake implements Connection {
  readonly isBusy = false;
  readonly hasQueried = false;
  readonly deadline: number;
  failure = 'the client went away, or took too long';
  readonly #raw: Socket;

  constructor(raw: Socket, deadline: number) {
    this.#raw = raw;
    this.deadline = deadline;
    raw.on('error', (error) => (this.failure = error.message));
  }

  finish(): void {
    this.#raw.destroy();
  }

  destroy(): void {
    this.#raw.destroy();
  }
}

/** Why a client whose handshake is complete is not served; `undefined` where it is. */
export function refusal(
  socket: Pick<TLSSocket, 'authorized' | 'authorizationError' | 'getPeerCertificate'>,
  clientAuth: ClientAuth,
): string | undefined {
  if (clientAuth === 'nocert' || clientAuth === 'request') return undefined;
  // A session that is resumed counts as authorized, with a certificate or without: so both are looked at.
  const hasCertificate = Object.keys(socket.getPeerCertificate()).length > 0;
  if (!hasCertificate) return clientAuth === 'verify_if_given' ? undefined : 'it gave no certificate';
  if (clientAuth === 'require' || socket.authorized) return undefined;
  return `its certificate is not good: ${String(socket.authorizationError)}`;
}

/** Both ends of a connection, which no other has at the same time. */
function endsOf({ remoteAddress = '', remotePort = 0, localAddress = '' }: Socket): string {
  return `${remoteAddress}:${remotePort} to ${localAddress}`;
}
