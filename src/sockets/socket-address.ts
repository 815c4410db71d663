import { formatAddress, mappedSize, parseAddress } from '../wire/address.ts';
import type { Peer } from '../wire/query.ts';
import { addressFamily } from './linux.ts';

// struct sockaddr_in    [family 2][port 2][address 4][0 8]
// struct sockaddr_in6   [family 2][port 2][flow 4][address 16][scope 4]

/** Octets of a socket address. */
export const socketAddressSize = { 4: 16, 6: 28 } as const;

const octetsAt = { 4: 4, 6: 8 } as const;
const scopeAt = 24;

/** The socket address of an IP address, which is known to be one; IPv6 may have a scope (`fe80::1%eth0`). */
export function encodeSocketAddress(
  { address, family, port }: Peer,
  indexOfInterface: (name: string) => number,
): Uint8Array {
  const bytes = new Uint8Array(socketAddressSize[family]);
  const view = new DataView(bytes.buffer);
  const [bare = '', scope] = address.split('%', 2);
  view.setUint16(0, addressFamily[family], true);
  view.setUint16(2, port);
  bytes.set(parseAddress(bare)!, octetsAt[family]);
  if (scope !== undefined) view.setUint32(scopeAt, Number(scope) || indexOfInterface(scope), true);
  return bytes;
}

/** The port in the socket address that begins at `at`. */
export function portAt(bytes: Uint8Array, at: number): number {
  return (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

/** The sender of a datagram. Most queries are answered without the address, so its text is made on demand. */
export class SocketPeer implements Peer {
  readonly family: 4 | 6;
  readonly #nameOfInterface: (index: number) => string;
  #bytes: Uint8Array;
  #at: number;
  #address: string | undefined;
  /** What is kept: the memory is used again after `attach`. */
  #own: Uint8Array | undefined;

  /** The socket address begins at `at`. */
  constructor(bytes: Uint8Array, at: number, family: 4 | 6, nameOfInterface: (index: number) => string) {
    this.#bytes = bytes;
    this.#at = at;
    this.family = family;
    this.#nameOfInterface = nameOfInterface;
  }

  get port(): number {
    return portAt(this.#bytes, this.#at);
  }

  get address(): string {
    return (this.#address ??= this.#format());
  }

  writeMapped(octets: DataView, at: number): void {
    const bytes = this.#bytes;
    if (this.family === 4) {
      const from = this.#at + octetsAt[4];
      octets.setInt32(at, 0);
      octets.setInt32(at + 4, 0);
      octets.setInt32(at + 8, 0xffff);
      octets.setInt32(at + 12, wordAt(bytes, from));
      return;
    }
    const from = this.#at + octetsAt[6];
    for (let i = 0; i < mappedSize; i += 4) octets.setInt32(at + i, wordAt(bytes, from + i));
  }

  /** There is another address in the memory now. */
  renew(): void {
    this.#address = undefined;
  }

  /** Copies `length` octets from the address on, always as many, and keeps them: later changes of the memory do not matter. */
  keep(length: number): Uint8Array {
    const own = (this.#own ??= new Uint8Array(length));
    for (let i = 0; i < length; i++) own[i] = this.#bytes[this.#at + i]!;
    this.#bytes = own;
    this.#at = 0;
    return own;
  }

  /** Its socket address is the one that begins there from now on. */
  attach(bytes: Uint8Array, at: number): void {
    this.#bytes = bytes;
    this.#at = at;
    this.#address = undefined;
  }

  #format(): string {
    const bytes = this.#bytes;
    const at = this.#at + octetsAt[this.family];
    const text = formatAddress(bytes.subarray(at, at + (this.family === 4 ? 4 : 16)));
    if (this.family === 4) return text;
    // Only a link-local address has its interface, as in node:dgram.
    if (bytes[at] !== 0xfe || (bytes[at + 1]! & 0xc0) !== 0x80) return text;
    const scope = new DataView(bytes.buffer, bytes.byteOffset).getUint32(this.#at + scopeAt, true);
    return scope === 0 ? text : `${text}%${this.#nameOfInterface(scope)}`;
  }
}
