import { groupSize } from '../src/server/listen/batched-udp.ts';
import type { Dispatcher } from '../src/server/worker/dispatcher.ts';
import { Query, type Peer } from '../src/wire/query.ts';
import { hashSeed } from './fixture.ts';
import type { QuerySet } from './queries.ts';

const batchSize = 64;

/**
 * The receive buffers of a listener that answers in place, without the socket: 64 slots that batches of queries are put
 * into, each slot with room for its reply and no more. What a reply wrote over is put back by the next batch, which is one
 * copy for all 64 slots, in place of what the system call does.
 *
 *     pristine   [query.....][query....]…[query....] | [query.....]…        all batches, never written to
 *                      └── one copy for a batch ──┐
 *     buffers    [query.....][query....]…[query....]   each answered where it stands
 */
export class ReceiveBuffers {
  readonly #batches: Uint8Array[] = [];
  readonly #lengths: Int32Array;
  readonly #slotBytes: number;
  readonly #buffers: Uint8Array;
  readonly #group = Array.from({ length: groupSize }, () => new Query(hashSeed));
  readonly #dispatcher: Dispatcher;
  readonly #peer: Peer = { address: '10.99.0.7', port: 40_000, family: 4 };
  #next = 0;

  /** The number of queries must be a multiple of 64, and no reply longer than its query by more than `addedBytes`. */
  constructor(dispatcher: Dispatcher, { bytes, offsets }: QuerySet, addedBytes: number) {
    this.#dispatcher = dispatcher;
    const count = offsets.length - 1;
    this.#lengths = Int32Array.from({ length: count }, (_, i) => offsets[i + 1]! - offsets[i]!);
    const longest = this.#lengths.reduce((most, length) => Math.max(most, length), 0);
    const slotBytes = Math.ceil((longest + addedBytes) / 16) * 16;
    this.#slotBytes = slotBytes;
    this.#buffers = new Uint8Array(batchSize * slotBytes);
    const pristine = new Uint8Array(count * slotBytes);
    for (let i = 0; i < count; i++) pristine.set(bytes.subarray(offsets[i], offsets[i + 1]), i * slotBytes);
    for (let at = 0; at < pristine.length; at += this.#buffers.length) {
      this.#batches.push(pristine.subarray(at, at + this.#buffers.length));
    }
  }

  /** Puts batches into the buffers and does nothing with them: how much of what is measured is that. */
  receive(count: number): number {
    let received = 0;
    for (; received < count; received += batchSize) this.#receiveBatch();
    return received;
  }

  /** Answers batches, all of their queries. */
  answer(count: number): number {
    let answered = 0;
    for (; answered < count; answered += batchSize) {
      const first = this.#receiveBatch() * batchSize;
      for (let slot = 0; slot < batchSize; slot += groupSize) this.#answerGroup(first, slot);
    }
    return answered;
  }

  /** A benchmark of wrong answers is worth nothing: throws where a reply is none to its query, or has another code. */
  check(code: number, isCut = false): void {
    for (const [index, batch] of this.#batches.slice(0, 16).entries()) {
      this.#next = index;
      this.answer(batchSize);
      for (let slot = 0; slot < batchSize; slot++) {
        const at = slot * this.#slotBytes;
        const [id, , flags, codes] = this.#buffers.subarray(at, at + 4);
        const isRight = (codes! & 15) === code && (flags! & 0x80) !== 0 && ((flags! & 2) !== 0) === isCut;
        if (!isRight || id !== batch[at]) throw new Error(`query ${index * batchSize + slot} got a wrong reply`);
      }
    }
  }

  #receiveBatch(): number {
    const batch = this.#next;
    this.#next = batch + 1 === this.#batches.length ? 0 : batch + 1;
    this.#buffers.set(this.#batches[batch]!);
    return batch;
  }

  #answerGroup(first: number, slot: number): void {
    const group = this.#group;
    for (let i = 0; i < groupSize; i++) this.#place(group[i]!, slot + i, this.#lengths[first + slot + i]!);
    this.#dispatcher.prepare(group, groupSize);
    for (let i = 0; i < groupSize; i++) void this.#dispatcher.answer(group[i]!);
  }

  #place(query: Query, slot: number, length: number): void {
    query.bytes = query.out = this.#buffers;
    query.start = query.outStart = slot * this.#slotBytes;
    query.end = query.start + length;
    query.transport = 'udp';
    query.peer = this.#peer;
  }
}
