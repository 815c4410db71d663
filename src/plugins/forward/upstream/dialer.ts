import { connect, type OnReadOpts, type Socket } from 'node:net';
import type { UpstreamAddress } from '../config.ts';

/** Octets that are read at once; those of the largest message and its length fit. */
const readSize = 64 * 1024;

/** What whoever dials is told. The events of the socket come beside that. */
export interface DialEvents {
  /** Octets may be sent. */
  readonly ready: () => void;
  /** The stream is not to be used, for a reason that the socket does not report itself. */
  readonly failed: (reason: string) => void;
  /** Octets have come, in memory that is used again when this returns. Without it they stay with the socket. */
  readonly received?: (chunk: Uint8Array) => void;
}

/** Opens the octet streams to one upstream. */
export interface Dialer {
  /** Whether nobody on the way can read what is sent. */
  readonly isEncrypted: boolean;
  /** Opens a stream. Whoever dials destroys it. */
  dial(events: DialEvents): Socket;
}

/** Opens TCP connections. */
export class TcpDialer implements Dialer {
  readonly isEncrypted = false;
  readonly #target: TcpTarget;

  constructor(upstream: UpstreamAddress, sourceAddress: string | undefined) {
    this.#target = new TcpTarget(upstream, sourceAddress);
  }

  dial({ ready, received }: DialEvents): Socket {
    const socket = connect(this.#target.options(received));
    socket.on('connect', ready);
    return socket;
  }
}

/** Where the TCP connections to an upstream lead, and from where; with the memory that they read into in turns. */
export class TcpTarget {
  readonly #options: { host: string; port: number; noDelay: true; localAddress?: string };
  #buffer: Uint8Array | undefined;

  constructor({ address, port }: UpstreamAddress, sourceAddress: string | undefined) {
    const local = sourceAddress === undefined ? {} : { localAddress: sourceAddress };
    this.#options = { host: address, port, noDelay: true, ...local };
  }

  options(received: DialEvents['received']) {
    if (received === undefined) return this.#options;
    const buffer = (this.#buffer ??= new Uint8Array(readSize));
    const onread: OnReadOpts = {
      buffer,
      callback(length) {
        received(buffer.subarray(0, length));
        return true;
      },
    };
    return { ...this.#options, onread };
  }
}
