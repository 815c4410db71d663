import { constants } from 'node:crypto';
import type { TlsOptions } from 'node:tls';
import type { ClientAuth } from '../../plugins/plugin.ts';
import type { TlsMaterial } from '../../plugins/control.ts';

/** RFC 7858's name in ALPN (RFC 7301). Who offers no protocol is served too; who offers others only is not. */
const protocols = ['dot'];

/** Under what new connections of TLS listeners are made; it can be replaced while they are open. */
export class TlsContext {
  #clientAuth: ClientAuth;
  readonly #listeners = new Set<(options: TlsOptions) => void>();
  #options: TlsOptions;

  constructor(clientAuth: ClientAuth, material: TlsMaterial) {
    this.#clientAuth = clientAuth;
    this.#options = optionsOf(clientAuth, material);
  }

  get clientAuth(): ClientAuth {
    return this.#clientAuth;
  }

  get options(): TlsOptions {
    return this.#options;
  }

  /** Calls back for each change of the options; the result ends it. */
  onChange(listener: (options: TlsOptions) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  use(material: TlsMaterial, clientAuth = this.#clientAuth): void {
    this.#clientAuth = clientAuth;
    this.#options = optionsOf(clientAuth, material);
    for (const listener of this.#listeners) listener(this.#options);
  }
}

function optionsOf(clientAuth: ClientAuth, { cert, key, ca, ticketKeys }: TlsMaterial): TlsOptions {
  return {
    cert,
    key,
    // Never the public CAs, which are node:tls's default: their certificates say nothing of a client here.
    ca: ca ?? [],
    minVersion: 'TLSv1.2',
    ALPNProtocols: protocols,
    requestCert: clientAuth !== 'nocert',
    // `refusal` looks at it.
    rejectUnauthorized: false,
    ticketKeys: Buffer.from(ticketKeys),
    sessionIdContext: 'dot',
    // Renegotiation is of no use to DNS, and expensive.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  };
}
