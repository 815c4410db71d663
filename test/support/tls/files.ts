import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Certificates for tests, made with openssl for 100 years: of a CA, of `dns.example` (server, and renewed with another key;
 * expired with the first one's), of a client, and of a stranger who signed for himself.
 */
export type TlsFile = 'ca' | 'server' | 'renewed' | 'expired' | 'client' | 'stranger';
export type TlsKey = 'server' | 'renewed' | 'client' | 'stranger' | 'encrypted';

export function certPath(name: TlsFile): string {
  return fileURLToPath(new URL(`./${name}.pem`, import.meta.url));
}

export function keyPath(name: TlsKey): string {
  return fileURLToPath(new URL(`./${name}-key.pem`, import.meta.url));
}

export function cert(name: TlsFile): string {
  return readFileSync(certPath(name), 'utf8');
}

export function key(name: TlsKey): string {
  return readFileSync(keyPath(name), 'utf8');
}
