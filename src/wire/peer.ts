import { mappedSize, writeMapped } from './address.ts';
import { viewOf } from './words.ts';

/** One end of a conversation. A socket may compute the fields when they are first read. */
export interface Peer {
  /** Textual IP address, IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
  /** Writes the address as 16 octets, IPv4 mapped, where the socket has it so: the text need not be made then. */
  writeMapped?(octets: DataView, at: number): void;
}

/** Memory that the addresses of peers are written to, one after the other, as 16 octets, IPv4 mapped. */
export class PeerOctets {
  readonly #octets: Uint8Array;
  readonly #at: number;
  readonly view: DataView;

  /** They begin at `at`. */
  constructor(octets = new Uint8Array(mappedSize), at = 0) {
    this.#octets = octets;
    this.#at = at;
    this.view = viewOf(octets);
  }

  /** Writes the address; false where it cannot be read. Over UDP its text is not made for that. */
  write(peer: Peer): boolean {
    if (peer.writeMapped === undefined) return writeMapped(peer.address, this.#octets, this.#at);
    peer.writeMapped(this.view, this.#at);
    return true;
  }
}
