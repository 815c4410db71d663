/** A generator of numbers from 0 to 2³²-1 that gives the same ones for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

export function randomBytes(next: () => number, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => next());
}

/** Octets that mean something where lengths, counts, pointers and types stand. */
const meaningful = [0, 1, 2, 3, 12, 28, 33, 41, 63, 64, 0x80, 0xbf, 0xc0, 0xff];

/** Takes a sound message and changes, cuts or lengthens it, or makes up another. */
export function randomMessage(next: () => number, sound: readonly Uint8Array[]): Uint8Array {
  const template = sound[next() % sound.length]!;
  switch (next() % 8) {
    case 0:
      return randomBytes(next, next() % 600);
    case 1:
      return template.slice(0, next() % (template.length + 1));
    case 2: {
      // A sound message with another's end.
      const other = sound[next() % sound.length]!;
      const head = template.subarray(0, next() % (template.length + 1));
      const tail = other.subarray(next() % (other.length + 1));
      return Uint8Array.from([...head, ...tail]);
    }
    case 3:
      return Uint8Array.from([...template, ...randomBytes(next, next() % 300)]);
    case 4:
      return template;
    default: {
      const changed = Uint8Array.from(template);
      for (let changes = 1 + (next() % 6); changes > 0; changes--) {
        const octet = next() % 2 === 0 ? next() : meaningful[next() % meaningful.length]!;
        changed[next() % changed.length] = octet;
      }
      return changed;
    }
  }
}
