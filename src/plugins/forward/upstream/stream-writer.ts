import type { Socket } from 'node:net';
import { lengthPrefix } from '../../../wire/framing.ts';
import { writeUint16 } from '../../../wire/message.ts';
import type { Attempt } from './attempt.ts';
import type { PendingAttempts } from './pending-attempts.ts';
import { maxPaddedSize, writePaddedRequest } from './padding.ts';
import { writeRequest } from './request.ts';

/** Octets that leave at once; those of a TLS record (RFC 8446 section 5.1). */
const bufferSize = 16 * 1024;

/**
 * Sends queries over a stream. Those of one turn of the event loop leave together, in one system call. Over TLS the last one of
 * several follows in the next turn, in a record of its own: there are servers (NSD 4.6) that wait for more octets when the rest
 * of a record that they have read already is a query.
 */
export class StreamWriter {
  readonly #socket: Socket;
  readonly #isEncrypted: boolean;
  readonly #pending: Pick<PendingAttempts, 'find'>;
  /** IDs of those that are to leave; those that were given up meanwhile are no longer pending. */
  #unsent: number[] = [];
  readonly #buffer = Buffer.allocUnsafeSlow(bufferSize);
  /** It is about to write, or what it wrote is not with the system yet. */
  isBusy = false;

  /** `pending` has the attempts by their ID. */
  constructor(socket: Socket, isEncrypted: boolean, pending: Pick<PendingAttempts, 'find'>) {
    this.#socket = socket;
    this.#isEncrypted = isEncrypted;
    this.#pending = pending;
  }

  send(id: number): void {
    this.#unsent.push(id);
    if (this.isBusy) return;
    this.isBusy = true;
    // Behind all that this turn reads.
    setImmediate(this.#write);
  }

  readonly #write = (): void => {
    const ids = this.#unsent;
    const count = this.#isEncrypted && ids.length > 1 ? ids.length - 1 : ids.length;
    let taken = 0;
    let length = 0;
    for (; taken < count && length + lengthPrefix + maxPaddedSize <= bufferSize; taken++) {
      const attempt = this.#pending.find(ids[taken]!);
      if (attempt !== undefined) length += this.#append(attempt, length);
    }
    this.#unsent = ids.slice(taken);
    // The buffer may be used again when it was written.
    if (length > 0) this.#socket.write(this.#buffer.subarray(0, length), this.#write);
    else if (this.#unsent.length > 0) setImmediate(this.#write);
    else this.isBusy = false;
  };

  #append(attempt: Attempt, at: number): number {
    const write = this.#isEncrypted ? writePaddedRequest : writeRequest;
    const length = write(this.#buffer, at + lengthPrefix, attempt, attempt.messageId);
    writeUint16(this.#buffer, at, length);
    return lengthPrefix + length;
  }
}
