import type { ClientAuth } from '../plugin.ts';

export interface TlsConfig {
  /** PEM: the server's certificate, and behind it those that lead to a root. */
  readonly certFile: string;
  /** PEM, not encrypted. */
  readonly keyFile: string;
  /** PEM: who signs the certificates of clients. */
  readonly caFile: string | undefined;
  readonly clientAuth: ClientAuth;
}

/** Two lines that say the same are one: what they name is read once, and one listener can serve both. */
export function tlsName({ certFile, keyFile, caFile, clientAuth }: TlsConfig): string {
  return JSON.stringify([certFile, keyFile, caFile, clientAuth]);
}
