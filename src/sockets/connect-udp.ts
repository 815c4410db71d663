import type { Peer } from '../wire/query.ts';

/** A UDP socket that is connected to one peer, from a port of the system's choice: the kernel lets nothing else in. */
export interface ConnectedSocket {
  /**
   * Sends a message, which is copied: with others, at the end of this tick. One that the kernel does not take is lost, as it
   * may be on its way.
   */
  send(message: Uint8Array, length: number): void;
  /** What was not sent yet is not. Nothing is called back any more. */
  close(): void;
}

export interface ConnectedSocketEvents {
  /** A datagram stands in `bytes[start, end)`: memory that holds another one when the call has returned. */
  received(bytes: Uint8Array, start: number, end: number): void;
  /** The peer refuses, or cannot be reached. The socket is of no more use. Never within `send` or `connect`. */
  failed(error: Error): void;
}

/** Opens such a socket, from the address `from` where there is one. Throws the system's error. */
export type ConnectUdp = (to: Peer, from: string | undefined, events: ConnectedSocketEvents) => ConnectedSocket;
