import { connect, type Socket } from 'node:net';
import type { UpstreamAddress } from '../config.ts';

/** Opens the octet streams to one upstream. */
export interface Dialer {
  /** Whether nobody on the way can read what is sent. */
  readonly isEncrypted: boolean;
  /**
   * Opens a stream. `ready` is called when octets may be sent, `failed` when the stream is not to be used, for a reason that the
   * socket does not report itself; the socket's own events come beside that. Whoever dials destroys the socket.
   */
  dial(ready: () => void, failed: (reason: string) => void): Socket;
}

/** Opens TCP connections. */
export function tcpDialer(upstream: UpstreamAddress, sourceAddress: string | undefined): Dialer {
  return {
    isEncrypted: false,
    dial(ready) {
      const socket = connect(tcpOptions(upstream, sourceAddress));
      socket.on('connect', ready);
      return socket;
    },
  };
}

/** Where a TCP connection to the upstream leads, and from where. */
export function tcpOptions({ address, port }: UpstreamAddress, sourceAddress: string | undefined) {
  const local = sourceAddress === undefined ? {} : { localAddress: sourceAddress };
  return { host: address, port, noDelay: true, ...local };
}
