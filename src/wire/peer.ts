import { writeMapped } from './address.ts';

/** One end of a conversation. A socket may compute the fields when they are first read. */
export interface Peer {
  /** Textual IP address, IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
  /** Writes the address as 16 octets, IPv4 mapped, where the socket has it so: the text need not be made then. */
  writeMapped?(bytes: Uint8Array, at: number): void;
}

/** Writes the address of a peer as 16 octets, IPv4 mapped; false where it cannot be read. Over UDP its text is not made for that. */
export function writePeer(peer: Peer, bytes: Uint8Array, at: number): boolean {
  if (peer.writeMapped === undefined) return writeMapped(peer.address, bytes, at);
  peer.writeMapped(bytes, at);
  return true;
}
