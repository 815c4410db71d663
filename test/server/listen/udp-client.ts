import { createSocket, type Socket } from 'node:dgram';
import { loopback } from '../harness.ts';

/** A guard, not a wait: nothing takes so long but a reply that never comes. */
const timeoutMs = 10_000;

/** A UDP socket that keeps every datagram that it gets, in order. */
export class UdpClient {
  readonly #socket: Socket;
  readonly #host: string;
  readonly #port: number;
  readonly received: Buffer[] = [];
  #wake: (() => void) | undefined;
  #taken = 0;

  private constructor(socket: Socket, host: string, port: number) {
    this.#socket = socket;
    this.#host = host;
    this.#port = port;
    socket.on('message', (message) => {
      this.received.push(message);
      this.#wake?.();
    });
  }

  /** `port` is that of the server. */
  static open(port: number, family: 4 | 6 = 4): Promise<UdpClient> {
    return new Promise((resolve, reject) => {
      const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', recvBufferSize: 1 << 20 });
      socket.once('error', reject);
      socket.bind(0, loopback[family], () => {
        socket.off('error', reject);
        resolve(new UdpClient(socket, loopback[family], port));
      });
    });
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Resolves when the kernel has taken all of them, in this order. */
  async send(...messages: Uint8Array[]): Promise<void> {
    await Promise.all(
      messages.map(
        (message) =>
          new Promise<void>((resolve, reject) => {
            this.#socket.send(message, this.#port, this.#host, (error) => (error ? reject(error) : resolve()));
          }),
      ),
    );
  }

  /** The next datagram that was not taken yet. */
  async next(): Promise<Buffer> {
    while (this.received.length <= this.#taken) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('no reply over UDP')), timeoutMs);
        this.#wake = () => {
          clearTimeout(timer);
          this.#wake = undefined;
          resolve();
        };
      });
    }
    return this.received[this.#taken++]!;
  }

  async take(count: number): Promise<Buffer[]> {
    const replies: Buffer[] = [];
    while (replies.length < count) replies.push(await this.next());
    return replies;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}
