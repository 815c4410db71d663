import type { MessageVector } from '../../sockets/message-vector.ts';

/**
 * Replies that come later than their batch, as those of upstreams do. They are collected, and leave together when all that has
 * come in from upstreams by now is worked through: over TLS each record comes by itself.
 */
export class LateReplies {
  readonly #vector: MessageVector;
  readonly #send: (vector: MessageVector, count: number) => void;
  #count = 0;
  readonly #flush = (): void => this.flush();

  /** `send` sends the messages in the first `count` slots. */
  constructor(vector: MessageVector, send: (vector: MessageVector, count: number) => void) {
    this.#vector = vector;
    this.#send = send;
  }

  /** The reply stands at `start`; its memory is free when this returns. */
  add(envelope: Uint8Array, reply: Uint8Array, start: number, length: number): void {
    if (this.#count === this.#vector.slots.count) this.flush();
    if (this.#count === 0) setImmediate(this.#flush);
    this.#vector.fill(this.#count++, envelope, reply, start, length);
  }

  flush(): void {
    const count = this.#count;
    this.#count = 0;
    if (count > 0) this.#send(this.#vector, count);
  }
}
