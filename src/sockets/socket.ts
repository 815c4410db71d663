import { closeSync, openSync } from 'node:fs';
import type { Peer } from '../wire/query.ts';
import { receiveBufferBytes, sendBufferBytes } from './socket-buffers.ts';
import { addressFamily, socketOption, socketType } from './linux.ts';
import { encodeSocketAddress, portAt, SocketPeer } from './socket-address.ts';
import { systemError, type SystemCalls } from './system-calls.ts';

export interface ListenAddress extends Peer {
  /** Several workers have a socket each on the same address; the kernel spreads clients over them. */
  readonly reusePort: boolean;
}

/** A UDP socket that belongs to this thread: when the thread ends, however it does, the socket is closed. */
export class DatagramSocket {
  readonly descriptor: number;
  readonly local: Peer;
  /** It listens on all addresses, and the kernel says to which one each datagram was sent. */
  readonly isWildcard: boolean;

  private constructor(descriptor: number, local: Peer) {
    this.descriptor = descriptor;
    this.local = local;
    this.isWildcard = isWildcard(local.address);
  }

  /** Throws the system's error, with its code and the address. */
  static open(calls: SystemCalls, { address, family, port, reusePort }: ListenAddress): DatagramSocket {
    const type = socketType.DGRAM | socketType.NONBLOCK | socketType.CLOEXEC;
    const descriptor = adopt(calls, check(calls, 'socket', calls.socket(addressFamily[family], type, 0)));
    try {
      const set = ([level, name]: readonly [number, number], value: number): number =>
        calls.setsockopt(descriptor, level, name, int(value), 4);
      // Less room is better than no server.
      set(socketOption.RCVBUF, receiveBufferBytes);
      set(socketOption.SNDBUF, sendBufferBytes);
      if (family === 6) check(calls, 'setsockopt', set(socketOption.IPV6_V6ONLY, 1));
      if (reusePort) check(calls, 'setsockopt', set(socketOption.REUSEPORT, 1));
      if (isWildcard(address)) {
        const option = family === 4 ? socketOption.IP_PKTINFO : socketOption.IPV6_RECVPKTINFO;
        check(calls, 'setsockopt', set(option, 1));
      }
      const bytes = encodeSocketAddress({ address, family, port }, (name) => calls.if_nametoindex(name));
      check(calls, 'bind', calls.bind(descriptor, bytes, bytes.length), `${address}:${port}`);
      check(calls, 'getsockname', calls.getsockname(descriptor, bytes, int(bytes.length)));
      return new DatagramSocket(descriptor, { address, family, port: portAt(bytes, 0) });
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** From a port of the system's choice, and from the address `from` where there is one. Throws the system's error. */
  static connect(calls: SystemCalls, to: Peer, from: string | undefined): DatagramSocket {
    const type = socketType.DGRAM | socketType.NONBLOCK | socketType.CLOEXEC;
    const descriptor = adopt(calls, check(calls, 'socket', calls.socket(addressFamily[to.family], type, 0)));
    const encode = (peer: Peer): Uint8Array => encodeSocketAddress(peer, (name) => calls.if_nametoindex(name));
    try {
      const [level, name] = socketOption.RCVBUF;
      calls.setsockopt(descriptor, level, name, int(receiveBufferBytes), 4);
      if (from !== undefined) {
        const own = encode({ address: from, family: to.family, port: 0 });
        check(calls, 'bind', calls.bind(descriptor, own, own.length), from);
      }
      const bytes = encode(to);
      check(calls, 'connect', calls.connect(descriptor, bytes, bytes.length), `${to.address}:${to.port}`);
      check(calls, 'getsockname', calls.getsockname(descriptor, bytes, int(bytes.length)));
      const local = new SocketPeer(bytes, 0, to.family, (index) => String(index));
      return new DatagramSocket(descriptor, local);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** Takes the error that is pending: its number, 0 for none. */
  takeError(calls: SystemCalls): number {
    const value = int(0);
    calls.getsockopt(this.descriptor, ...socketOption.ERROR, value, int(value.length));
    return new DataView(value.buffer).getInt32(0, true);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/**
 * Gives a socket a descriptor that Node has opened. Node closes those when a worker ends; another would stay open, and the
 * kernel would go on giving it a share of all queries.
 */
function adopt(calls: SystemCalls, socket: number): number {
  try {
    const descriptor = openSync('/dev/null', 'r');
    if (calls.dup3(socket, descriptor, socketType.CLOEXEC) >= 0) return descriptor;
    const error = systemError('dup3', calls.errno());
    closeSync(descriptor);
    throw error;
  } finally {
    calls.close(socket);
  }
}

function check(calls: SystemCalls, call: string, result: number, where?: string): number {
  if (result < 0) throw systemError(call, calls.errno(), where);
  return result;
}

function int(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}
