import { Duplex } from 'node:stream';
import { expect } from 'vitest';

/** The server's end of a connection, whose chunks a test hands over one by one, and whose client may not read. */
export class FakeSocket extends Duplex {
  readonly remoteAddress = '192.0.2.1';
  readonly remotePort = 4242;
  readonly remoteFamily = 'IPv4';
  readonly written: Buffer[] = [];
  #isStuck = false;
  #onTaken: (() => void) | undefined;

  constructor() {
    super({ allowHalfOpen: true });
  }

  override _read(): void {
    // Chunks are emitted by the test.
  }

  override _write(chunk: Buffer, _encoding: string, taken: () => void): void {
    // The memory of a chunk is read when it is taken, and may be another's afterwards.
    const take = (): void => {
      this.written.push(Buffer.from(chunk));
      taken();
    };
    if (this.#isStuck) this.#onTaken = take;
    else take();
  }

  /** The client reads nothing from now on. */
  stick(): void {
    this.#isStuck = true;
  }

  /** The client takes what was written, and goes on reading. */
  async unstick(): Promise<void> {
    this.#isStuck = false;
    const taken = this.#onTaken;
    this.#onTaken = undefined;
    taken?.();
    await settled();
  }

  get writtenBytes(): number {
    return this.written.reduce((sum, { length }) => sum + length, this.writableLength);
  }

  /** The replies in what was written. */
  get replies(): Buffer[] {
    const octets = Buffer.concat(this.written);
    const replies: Buffer[] = [];
    for (let at = 0; at < octets.length;) {
      const end = at + 2 + octets.readUInt16BE(at);
      expect(end).toBeLessThanOrEqual(octets.length);
      replies.push(octets.subarray(at + 2, end));
      at = end;
    }
    return replies;
  }

  get ids(): number[] {
    return this.replies.map((reply) => reply.readUInt16BE(0));
  }
}

/** Resolves when promises and stream callbacks that are due have been called. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}
