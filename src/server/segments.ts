/** A run of numbers in one of several memories. */
export interface Segment {
  /** Serial number of the memory. */
  readonly memory: number;
  /** Index of its first number there. */
  readonly at: number;
  readonly length: number;
}

/**
 * Finds places for runs of numbers when a configuration replaces another one: a run with the key and length of one that is there
 * stays where it is, and goes on; all others are put into a new memory, one behind the other.
 */
export class SegmentPlan {
  /** By key. */
  readonly segments = new Map<string, Segment>();
  /** Serial number of the new memory. */
  readonly memory: number;
  readonly #before: ReadonlyMap<string, Segment>;
  #end: number;

  /** `at` is where the first new run begins. */
  constructor(memory: number, before: ReadonlyMap<string, Segment> = new Map(), at = 0) {
    this.memory = memory;
    this.#before = before;
    this.#end = at;
  }

  place(key: string, length: number): Segment {
    const before = this.#before.get(key);
    const segment = before?.length === length ? before : { memory: this.memory, at: this.#end, length };
    if (segment !== before) this.#end += length;
    this.segments.set(key, segment);
    return segment;
  }

  /** How many numbers the new memory is to have; 0 where no run needs one. */
  get length(): number {
    return this.#end;
  }
}

/** Serial numbers of the memories that some run stands in. */
export function memoriesOf(segments: Iterable<Segment>): Set<number> {
  return new Set(Array.from(segments, ({ memory }) => memory));
}
