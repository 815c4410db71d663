import type { Scheme } from '../corefile/ast.ts';

/** An address and port that queries are sent to. */
export interface Endpoint {
  readonly protocol: Scheme;
  /** Canonical IP address, with its zone (`%eth0`) where it has one. */
  readonly address: string;
  readonly port: number;
}

/** Some listeners of this server. Plain data. */
export interface OwnEndpoints {
  /** Their address is '' for all of the machine, `0.0.0.0` or `::` for those of a family. */
  readonly listeners: readonly Endpoint[];
  /** The addresses of the machine, as in `Endpoint`. */
  readonly machine: readonly string[];
}

/** Whether what is sent there comes to one of the listeners. */
export function isOwnEndpoint(endpoint: Endpoint, { listeners, machine }: OwnEndpoints): boolean {
  const { protocol, port } = endpoint;
  // An IPv4-mapped address (RFC 4291 section 2.5.5.2) is that of an IPv4 socket.
  const address = endpoint.address.replace(/^::ffff:(?=\d+\.)/, '');
  return listeners.some((listener) => {
    if (listener.protocol !== protocol || listener.port !== port) return false;
    if (listener.address === address) return true;
    const family = address.includes(':') ? '::' : '0.0.0.0';
    const isOnAll = listener.address === '' || listener.address === family;
    return isOnAll && (isLoopback(address) || machine.includes(address));
  });
}

/** 127.0.0.0/8 and ::1: all of them are the machine's, whether an interface has them or not. */
function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
