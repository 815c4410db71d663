import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';

/** A guard, not a wait: nothing takes so long but a reply that never comes. */
const patienceMs = 10_000;
const host = '127.0.0.1';

/** Sends a message over UDP, and gives back the first datagram that comes. */
export function askUdp(port: number, message: Uint8Array): Promise<Buffer> {
  return exchangeUdp(port, message);
}

/** The same from a local address. */
export function askUdpFrom(port: number, message: Uint8Array, from: string): Promise<Buffer> {
  return exchangeUdp(port, message, { from });
}

/**
 * Sends a message over UDP, and gives back all replies to it, or none. `probe` is a query that gets a reply: it is sent behind
 * the message, whose reply may come after that of the probe, and again then.
 */
export function allRepliesUdp(port: number, message: Uint8Array, probe: Uint8Array): Promise<Buffer[]> {
  return converse(patienceMs, (socket, resolve) => {
    const replies: Buffer[] = [];
    let probed = 0;
    socket.on('message', (reply) => {
      if (reply.readUInt16BE(0) !== probe[0]! * 256 + probe[1]!) replies.push(reply);
      else if (++probed === 2) resolve(replies);
      else socket.send(probe, port, host);
    });
    socket.send(message, port, host);
    socket.send(probe, port, host);
  });
}

interface Exchange {
  /** A local address. */
  readonly from?: string;
  readonly timeoutMs?: number;
}

/** The same as `askUdp`, from an address or with another patience. */
export function exchangeUdp(
  port: number,
  message: Uint8Array,
  { from, timeoutMs = patienceMs }: Exchange = {},
): Promise<Buffer> {
  return converse(timeoutMs, (socket, resolve) => {
    socket.once('message', resolve);
    const send = (): void => socket.send(message, port, host);
    if (from === undefined) send();
    else socket.bind(0, from, send);
  });
}

/** Opens a UDP socket until there is a result, an error, or no patience left. */
function converse<Result>(
  timeoutMs: number,
  begin: (socket: UdpSocket, resolve: (result: Result) => void) => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      socket.close();
      settle();
    };
    const timer = setTimeout(() => finish(() => reject(new Error('no reply over UDP'))), timeoutMs);
    socket.once('error', (error) => finish(() => reject(error)));
    begin(socket, (result) => finish(() => resolve(result)));
  });
}

/** Sends one message over a TCP connection of its own and gives back the reply. */
export async function askTcp(port: number, message: Uint8Array, from?: string): Promise<Buffer> {
  const client = await TcpClient.connect(port, from);
  try {
    client.send(message);
    return await client.next();
  } finally {
    client.close();
  }
}

/** A TCP connection to a DNS server: messages with their length in front (RFC 1035 section 4.2.2). */
export class TcpClient {
  readonly #socket: Socket;
  #buffered = Buffer.alloc(0);
  #waiting: (() => void) | undefined;
  #isEnded = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const wake = (): void => this.#waiting?.();
    socket.on('data', (chunk: Buffer) => {
      this.#buffered = Buffer.concat([this.#buffered, chunk]);
      wake();
    });
    const end = (): void => {
      this.#isEnded = true;
      wake();
    };
    socket.on('end', end);
    socket.on('close', end);
    socket.on('error', end);
  }

  static connect(port: number, from?: string): Promise<TcpClient> {
    const local = from === undefined ? {} : { localAddress: from };
    return TcpClient.#open(connect({ port, host, noDelay: true, ...local }), 'connect');
  }

  /** The same behind a TLS handshake (RFC 7858). */
  static connectTls(port: number, options: ConnectionOptions): Promise<TcpClient> {
    return TcpClient.#open(connectTls({ port, host, ...options }), 'secureConnect');
  }

  static #open(socket: Socket, event: 'connect' | 'secureConnect'): Promise<TcpClient> {
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      // Where the options of the connection have a time-out, for a handshake that does not end.
      socket.once('timeout', () => {
        socket.destroy();
        reject(new Error('no connection'));
      });
      socket.once(event, () => {
        socket.setTimeout(0);
        socket.off('error', reject);
        socket.setNoDelay(true);
        resolve(new TcpClient(socket));
      });
    });
  }

  /** All messages in one write. */
  send(...messages: Uint8Array[]): void {
    this.#socket.write(Buffer.concat(messages.map(framed)));
  }

  /** Octets as they are. */
  sendRaw(octets: Uint8Array): void {
    this.#socket.write(octets);
  }

  /** Sends no more; replies can still come. */
  end(): void {
    this.#socket.end();
  }

  /** The next whole message; rejects where the server closes before it is there. */
  async next(timeoutMs?: number): Promise<Buffer> {
    for (;;) {
      const length = this.#buffered.length < 2 ? undefined : this.#buffered.readUInt16BE(0);
      if (length !== undefined && this.#buffered.length >= 2 + length) {
        const message = this.#buffered.subarray(2, 2 + length);
        this.#buffered = this.#buffered.subarray(2 + length);
        return message;
      }
      if (this.#isEnded) throw new Error('the server closed the connection without a reply');
      await this.#more(timeoutMs);
    }
  }

  /** Resolves when the server has closed its side; rejects where octets that nobody asked for came before. */
  async ended(): Promise<void> {
    while (!this.#isEnded) await this.#more();
    if (this.#buffered.length > 0) throw new Error(`${this.#buffered.length} octets were not expected`);
  }

  close(): void {
    this.#socket.destroy();
  }

  #more(timeoutMs = patienceMs): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no reply over TCP')), timeoutMs);
      this.#waiting = () => {
        clearTimeout(timer);
        this.#waiting = undefined;
        resolve();
      };
    });
  }
}

function framed(message: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
