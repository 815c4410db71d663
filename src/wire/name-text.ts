import { maxNameLength } from './codes.ts';
import { formatName } from './name.ts';
import type { Query } from './query.ts';

/** By octet: it stands in presentation form as it is. */
const isPlain = Uint8Array.from({ length: 256 }, (_, octet) => {
  const char = String.fromCharCode(octet);
  return octet > 0x20 && octet < 0x7f && !'".;\\()@$'.includes(char) ? 1 : 0;
});

/**
 * Writes names of queries as text: in presentation form, lower case, with the trailing dot, as `formatName` does, at a tenth of
 * the cost where no octet is special.
 */
export class NameTexts {
  readonly #memory = Buffer.alloc(maxNameLength);

  /** Needs `query.readName()`. */
  of({ lower, labels, labelCount, nameLength }: Query): string {
    const memory = this.#memory;
    const end = nameLength - 1;
    let label = 0;
    for (let at = 0; at < end; at++) {
      if (label < labelCount && at === labels[label]) {
        label++;
        memory[at] = 0x2e;
        continue;
      }
      const octet = lower[at]!;
      if (isPlain[octet] === 0) return formatName(lower);
      memory[at] = octet;
    }
    if (end === 0) return '.';
    memory[end] = 0x2e;
    return memory.toString('latin1', 1, nameLength);
  }
}
