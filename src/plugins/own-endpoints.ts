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
export function isOwnEndpoint({ protocol, port, address }: Endpoint, { listeners, machine }: OwnEndpoints): boolean {
  const addresses = listeningAddresses(address, (each) => machine.includes(each));
  return listeners.some(
    (listener) => listener.protocol === protocol && listener.port === port && addresses.includes(listener.address),
  );
}

/** The addresses of listeners, as in `OwnEndpoints`, that what is sent to an address comes to. */
export function listeningAddresses(address: string, isOfMachine: (address: string) => boolean): readonly string[] {
  // An IPv4-mapped address (RFC 4291 section 2.5.5.2) is that of an IPv4 socket.
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  if (!isLoopback(plain) && !isOfMachine(plain)) return [plain];
  return [plain, '', plain.includes(':') ? '::' : '0.0.0.0'];
}

/** 127.0.0.0/8 and ::1: all of them are the machine's, whether an interface has them or not. */
function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
