import { encodeName } from '../src/wire/name.ts';
import { writeOpt } from '../src/wire/edns.ts';
import { writeUint16 } from '../src/wire/message.ts';

/** Query messages that lie one behind the other, as they would in receive buffers. */
export interface QuerySet {
  readonly bytes: Uint8Array;
  /** Start of each, and the end of the last. */
  readonly offsets: Int32Array;
}

/** A seeded generator (mulberry32): the same queries in every run. From 0 to 1. */
export function makeRandom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `count` queries of what `ask` says: letters in random case (0x20), random IDs, every second one with EDNS. */
export function makeQueries(count: number, random: () => number, ask: () => { name: string; type: number }): QuerySet {
  const messages = Array.from({ length: count }, (_, index) => {
    const { name, type } = ask();
    const wire = encodeName(name)!;
    const message = new Uint8Array(12 + wire.length + 4 + (index % 2 === 0 ? 11 : 0));
    writeUint16(message, 0, Math.floor(random() * 65_536));
    message[2] = 1;
    message[5] = 1;
    for (let i = 0; i < wire.length; i++) {
      const octet = wire[i]!;
      const isLetter = octet >= 0x61 && octet <= 0x7a;
      message[12 + i] = isLetter && random() < 0.5 ? octet - 0x20 : octet;
    }
    writeUint16(message, 12 + wire.length, type);
    message[12 + wire.length + 3] = 1;
    if (index % 2 === 0) {
      message[11] = 1;
      writeOpt(new DataView(message.buffer), 12 + wire.length + 4, 1232, 0, false);
    }
    return message;
  });
  const offsets = new Int32Array(count + 1);
  messages.forEach((message, i) => (offsets[i + 1] = offsets[i]! + message.length));
  const bytes = new Uint8Array(offsets[count]!);
  messages.forEach((message, i) => bytes.set(message, offsets[i]));
  return { bytes, offsets };
}
