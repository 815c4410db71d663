import { rrType } from '../../../wire/codes.ts';

/** Records of one section that may change places: where they stand in the message, and in which order they are to stand. Reused. */
export class RecordList {
  length = 0;
  /** Of the owner name. */
  readonly starts: number[] = [];
  /** Of the type, which is behind the owner name. */
  readonly typeAts: number[] = [];
  readonly ends: number[] = [];
  readonly types: number[] = [];
  /** At each place the index of the record that is to stand there. */
  readonly order: number[] = [];
  readonly #members: number[] = [];

  clear(): void {
    this.length = 0;
  }

  add(start: number, typeAt: number, end: number, type: number): void {
    const at = this.length++;
    this.starts[at] = start;
    this.typeAts[at] = typeAt;
    this.ends[at] = end;
    this.types[at] = type;
    this.order[at] = at;
  }

  get isInOrder(): boolean {
    for (let i = 0; i < this.length; i++) if (this.order[i] !== i) return false;
    return true;
  }

  /** The records stand in their order now. */
  settle(): void {
    for (let i = 0; i < this.length; i++) this.order[i] = i;
  }

  swap(left: number, right: number): void {
    const kept = this.order[left]!;
    this.order[left] = this.order[right]!;
    this.order[right] = kept;
  }

  /** Random order among records of one type: a place of A stays one of A. */
  shuffle(randomUint16: () => number): void {
    const { types, order, length } = this;
    const first = types[0];
    let isMixed = false;
    for (let i = 1; i < length; i++) isMixed ||= types[i] !== first;
    if (!isMixed) {
      // Fisher and Yates.
      for (let i = length - 1; i > 0; i--) this.swap(i, (randomUint16() * (i + 1)) >>> 16);
      return;
    }
    const members = this.#members;
    for (const type of [rrType.A, rrType.AAAA]) {
      members.length = 0;
      for (let i = 0; i < length; i++) if (types[order[i]!] === type) members.push(i);
      for (let i = members.length - 1; i > 0; i--) this.swap(members[i]!, members[(randomUint16() * (i + 1)) >>> 16]!);
    }
  }
}
