import { createSocket, type Socket } from 'node:dgram';
import { encodeQuery } from '../../test/support/query.ts';

/** Stub resolvers give up after this. */
const patienceMs = 5000;

/** What became of a query. */
export interface Outcome {
  readonly ms: number;
  /** None where no reply came in time. */
  readonly rcode: number | undefined;
}

interface Waiting {
  readonly since: number;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (outcome: Outcome) => void;
}

/** So many sockets that each thread of a server has some of them. */
export const usualSockets = 16;

/** Asks a server over UDP from several sockets in turn, so that all its threads have work. */
export class Client {
  readonly #sockets: readonly Socket[];
  readonly #waiting = new Map<number, Waiting>();
  readonly #port: number;
  #asked = 0;

  constructor(port: number, sockets = usualSockets) {
    this.#port = port;
    this.#sockets = Array.from({ length: sockets }, () => createSocket('udp4'));
    for (const socket of this.#sockets) socket.on('message', (reply) => this.#take(reply));
  }

  ask(name: string): Promise<Outcome> {
    const number = this.#asked++;
    const id = number & 0xffff;
    const socket = this.#sockets[number % this.#sockets.length]!;
    return new Promise((resolve) => {
      const since = performance.now();
      const timer = setTimeout(() => this.#end(id, undefined), patienceMs);
      this.#waiting.set(id, { since, timer, resolve });
      socket.send(encodeQuery(name, 'A', { id }), this.#port, '127.0.0.1');
    });
  }

  /** So many queries a second, whatever becomes of them; `name` is given how many went before. */
  async askSteadily(perSecond: number, seconds: number, name: (turn: number) => string): Promise<Outcome[]> {
    const outcomes: Promise<Outcome>[] = [];
    const begin = performance.now();
    while (outcomes.length < perSecond * seconds) {
      const due = ((performance.now() - begin) / 1000) * perSecond;
      while (outcomes.length < Math.min(due, perSecond * seconds)) outcomes.push(this.ask(name(outcomes.length)));
      await pause(1);
    }
    return Promise.all(outcomes);
  }

  close(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    for (const socket of this.#sockets) socket.close();
  }

  #take(reply: Buffer): void {
    this.#end(reply.readUInt16BE(0), reply[3]! & 15);
  }

  #end(id: number, rcode: number | undefined): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    waiting.resolve({ ms: performance.now() - waiting.since, rcode });
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
