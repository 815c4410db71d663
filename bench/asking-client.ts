import { createSocket, type Socket } from 'node:dgram';
import { answerText } from '../test/e2e/support/served.ts';
import { encodeQuery } from '../test/support/query.ts';

/** Asks for one name again and again, the next time when a reply is there. */
export class AskingClient {
  readonly #socket: Socket = createSocket('udp4');
  readonly #port: number;
  #id = 0;

  constructor(port: number) {
    this.#port = port;
  }

  /** Resolves when the answer is this one; with '' any answer will do. One that is `patient` asks every 50 ms. */
  until(name: string, answer: string, manner: 'at once' | 'patient' = 'at once'): Promise<void> {
    return new Promise((resolve) => {
      let query: Uint8Array;
      const ask = (): void => {
        this.#id = (this.#id + 1) & 0xffff;
        query = encodeQuery(name, 'A', { id: this.#id });
        this.#socket.send(query, this.#port, '127.0.0.1');
      };
      // A datagram may be lost.
      const repeat = setInterval(ask, 50);
      const read = (reply: Buffer): void => {
        if (reply.readUInt16BE(0) !== this.#id) return;
        if (answer !== '' && answerText(reply) !== answer) {
          if (manner === 'at once') ask();
          return;
        }
        clearInterval(repeat);
        this.#socket.off('message', read);
        resolve();
      };
      this.#socket.on('message', read);
      ask();
    });
  }

  close(): void {
    this.#socket.close();
  }
}
