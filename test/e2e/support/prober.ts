import { createSocket, type Socket } from 'node:dgram';
import { encodeQuery } from '../../support/query.ts';
import { answerText } from './served.ts';

const intervalMs = 10;
/** How long a reply may be on its way when the prober is stopped. */
const graceMs = 2000;

/** What clients saw while something was broken. */
export interface Probed {
  readonly asked: number;
  /** Answers that were none of those that were expected. */
  readonly wrong: readonly string[];
  readonly unanswered: number;
  readonly slowestMs: number;
}

/** A client that asks for the same names all the time, over UDP, whatever happens meanwhile. */
export class Prober {
  readonly #socket: Socket;
  readonly #port: number;
  readonly #expected: readonly (readonly [name: string, answers: readonly string[]])[];
  readonly #sent = new Map<number, { readonly index: number; readonly at: number }>();
  readonly #timer: NodeJS.Timeout;
  readonly #wrong: string[] = [];
  #asked = 0;
  #slowestMs = 0;
  #idle: (() => void) | undefined;

  private constructor(port: number, expected: Readonly<Record<string, string | readonly string[]>>) {
    this.#port = port;
    this.#expected = Object.entries(expected).map(([name, answer]) => [name, [answer].flat()]);
    this.#socket = createSocket('udp4');
    this.#socket.on('message', (reply) => this.#read(reply));
    this.#timer = setInterval(() => this.#ask(), intervalMs);
  }

  /** `expected` has the one answer of each name, or all that are right. */
  static start(port: number, expected: Readonly<Record<string, string | readonly string[]>>): Prober {
    return new Prober(port, expected);
  }

  async stop(): Promise<Probed> {
    clearInterval(this.#timer);
    if (this.#sent.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, graceMs);
        this.#idle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
    return { asked: this.#asked, wrong: this.#wrong, unanswered: this.#sent.size, slowestMs: this.#slowestMs };
  }

  #ask(): void {
    const id = this.#asked & 0xffff;
    const index = this.#asked % this.#expected.length;
    this.#asked++;
    this.#sent.set(id, { index, at: performance.now() });
    this.#socket.send(encodeQuery(this.#expected[index]![0], 'A', { id }), this.#port, '127.0.0.1');
  }

  #read(reply: Buffer): void {
    const id = reply.readUInt16BE(0);
    const sent = this.#sent.get(id);
    if (sent === undefined) return;
    this.#sent.delete(id);
    this.#slowestMs = Math.max(this.#slowestMs, performance.now() - sent.at);
    const [name, answers] = this.#expected[sent.index]!;
    const answer = answerText(reply);
    if (!answers.includes(answer)) this.#wrong.push(`${name} ${answer}`);
    if (this.#sent.size === 0) this.#idle?.();
  }
}
