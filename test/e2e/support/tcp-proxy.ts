import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * What becomes of connections:
 *
 *     pass      octets go through, after `delayMs`
 *     stall     connections stay open, new ones are taken, nothing goes through
 *     refuse    connections are reset, new ones too
 */
export type Mode = 'pass' | 'stall' | 'refuse';

/** A TCP proxy in front of one port of 127.0.0.1 that does to connections what networks do. */
export class TcpProxy {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  readonly #target: number;
  #mode: Mode = 'pass';
  #delayMs = 0;
  /** Connections that were taken since the start. */
  accepted = 0;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async start(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Ends what is open with RST; what is opened later goes by the mode. */
  reset(): void {
    for (const pair of this.#pairs) pair.reset();
    this.#pairs.clear();
  }

  set mode(mode: Mode) {
    this.#mode = mode;
    if (mode === 'refuse') this.reset();
    for (const pair of this.#pairs) pair.hold(mode === 'stall');
  }

  /** How long each piece is held, in both directions. */
  set delayMs(delayMs: number) {
    this.#delayMs = delayMs;
  }

  async stop(): Promise<void> {
    this.reset();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    this.accepted++;
    if (this.#mode === 'refuse') {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const pair: Pair = new Pair(
      client,
      connect(this.#target, '127.0.0.1'),
      () => this.#delayMs,
      () => {
        this.#pairs.delete(pair);
      },
    );
    this.#pairs.add(pair);
    pair.hold(this.#mode === 'stall');
  }
}

/** The two connections of one client. */
class Pair {
  readonly #sockets: readonly [Socket, Socket];

  constructor(client: Socket, server: Socket, delayMs: () => number, ended: () => void) {
    this.#sockets = [client, server];
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      const line = new DelayLine(to, delayMs);
      from.setNoDelay(true);
      from.on('data', (piece: Buffer) => line.push(piece));
      from.on('error', () => undefined);
      from.on('close', () => {
        to.destroy();
        ended();
      });
    }
  }

  hold(isHeld: boolean): void {
    for (const socket of this.#sockets) {
      if (isHeld) socket.pause();
      else socket.resume();
    }
  }

  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }
}

/** Keeps pieces for a while, and their order also where the delay changes meanwhile. */
class DelayLine {
  readonly #to: Socket;
  readonly #delayMs: () => number;
  readonly #pieces: { readonly at: number; readonly piece: Buffer }[] = [];

  constructor(to: Socket, delayMs: () => number) {
    this.#to = to;
    this.#delayMs = delayMs;
  }

  push(piece: Buffer): void {
    const at = Math.max(performance.now() + this.#delayMs(), this.#pieces.at(-1)?.at ?? 0);
    this.#pieces.push({ at, piece });
    if (this.#pieces.length === 1) this.#drain();
  }

  #drain(): void {
    while (this.#pieces.length > 0) {
      const left = this.#pieces[0]!.at - performance.now();
      if (left > 0) {
        setTimeout(() => this.#drain(), Math.ceil(left));
        return;
      }
      this.#to.write(this.#pieces.shift()!.piece);
    }
  }
}
