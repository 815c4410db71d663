import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import tls, { checkServerIdentity, connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { normalizeAddress } from '../../../wire/address.ts';
import type { TlsClientConfig, UpstreamAddress } from '../config.ts';
import type { Deadlines } from '../query/deadlines.ts';
import { describeCertificateFault } from './certificate-fault.ts';
import { type DialEvents, type Dialer, TcpTarget } from './dialer.ts';

export interface TlsDialerOptions {
  readonly upstream: UpstreamAddress;
  readonly sourceAddress: string | undefined;
  readonly tls: TlsClientConfig;
  /** What is spoken over the connection (RFC 7301): `dot` (RFC 7858) or `h2`. */
  readonly alpn: 'dot' | 'h2';
  /** How long TCP and TLS may take until the connection stands. */
  readonly handshakeTimeoutMs: number;
  readonly deadlines: Deadlines;
}

/**
 * Opens TLS connections to one upstream, whose certificate is verified before the first query is sent. The last session is
 * resumed, which saves the upstream and us the expensive part of a handshake (RFC 8446 section 2.2).
 */
export class TlsDialer implements Dialer {
  readonly isEncrypted = true;
  readonly #options: TlsDialerOptions;
  readonly #target: TcpTarget;
  /** The name or address that the certificate must be for. */
  readonly #identity: string;
  #context: SecureContext | undefined;
  #session: Buffer | undefined;

  constructor(options: TlsDialerOptions) {
    const { upstream, sourceAddress } = options;
    const { address, serverName } = upstream;
    this.#options = options;
    this.#target = new TcpTarget(upstream, sourceAddress);
    this.#identity = serverName ?? address.replace(/%.*/, '');
  }

  dial({ ready, failed, received }: DialEvents): Socket {
    const { tls, alpn, handshakeTimeoutMs, deadlines } = this.#options;
    this.#context ??= contextFor(tls);
    const tooLate = { expired: () => failed(`no TLS connection in ${Math.round(handshakeTimeoutMs)} ms`) };
    const tick = deadlines.schedule(tooLate, handshakeTimeoutMs);
    const socket = connect({
      ...this.#target.options(received),
      secureContext: this.#context,
      // An address is no name for SNI (RFC 6066 section 3).
      servername: normalizeAddress(this.#identity) === undefined ? this.#identity : '',
      checkServerIdentity: (_, certificate) => checkServerIdentity(this.#identity, certificate),
      ALPNProtocols: [alpn],
      ...(this.#session && { session: this.#session }),
      // Looked at below: the certificate of a refused connection can no longer be read, and its name and date are to be told.
      rejectUnauthorized: false,
    });
    socket.on('close', () => deadlines.cancel(tooLate, tick));
    socket.on('secureConnect', () => {
      deadlines.cancel(tooLate, tick);
      const fault = socket.authorized ? this.#protocolFault(socket) : describeCertificateFault(socket, this.#identity);
      if (fault === undefined) {
        this.#keepSessions(socket);
        ready();
      } else failed(fault);
    });
    socket.on('error', () => {
      // The session may be the reason.
      if (!socket.authorized) this.#session = undefined;
    });
    return socket;
  }

  /** HTTP/2 is spoken where both sides have said so only (RFC 9113 section 3.2); DNS needs no ALPN (RFC 7858 section 3.1). */
  #protocolFault({ alpnProtocol }: TLSSocket): string | undefined {
    return this.#options.alpn === 'h2' && alpnProtocol !== 'h2' ? 'the server does not speak HTTP/2' : undefined;
  }

  /** Of connections that were verified only: a session that is resumed is not verified again. */
  #keepSessions(socket: TLSSocket): void {
    // TLS 1.3 sends them later, several times.
    if (socket.getProtocol() !== 'TLSv1.3') this.#session = socket.getSession();
    else socket.on('session', (session: Buffer) => (this.#session = session));
  }
}

function contextFor({ ca, cert, key }: TlsClientConfig): SecureContext {
  return createSecureContext({
    cert,
    key,
    ca: ca ?? systemAuthorities(),
    minVersion: 'TLSv1.2',
    // A server could have us do the expensive part of a handshake over and over.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  });
}

/**
 * Those that the system trusts; `undefined`, for the ones that Node.js brings, where it has none, as in a small image, and in
 * Node.js before 22.15, which cannot tell.
 */
function systemAuthorities(): string[] | undefined {
  const authorities = 'getCACertificates' in tls ? tls.getCACertificates('system') : [];
  return authorities.length > 0 ? authorities : undefined;
}
