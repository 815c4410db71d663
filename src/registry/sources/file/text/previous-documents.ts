import type { FilePlace } from '../declaration.ts';
import { PackedDocuments } from '../packed-documents.ts';

/** Documents of a file that stand in it again, by their numbers among those of before. */
export interface MovedDocuments {
  readonly type: 'moved';
  readonly from: number;
  /** Behind the last. */
  readonly to: number;
  /** So much further down in the file they stand. */
  readonly lines: number;
  readonly octets: number;
}

interface Wanted {
  readonly hash: string;
  readonly line: number;
  readonly position: number;
  /** ` items[3]` of an item of a list. */
  readonly label: string;
}

/**
 * Finds documents whose text a file had before. They are taken in the order in which they stood: most edits leave all
 * others in it, so that the next one is looked at first, and only behind an edit all are looked up.
 */
export class Reuse {
  readonly #previous: PackedDocuments;
  #next = 0;
  /** Hash → numbers of the documents that have not been taken, last first. */
  #byHash: Map<string, number[]> | undefined;
  readonly #taken = new Set<number>();
  readonly #isUsable: boolean;

  constructor(place: FilePlace, previous: PackedDocuments | undefined) {
    this.#isUsable = previous !== undefined && previous.length > 0 && previous.place.index === place.index;
    this.#previous = previous ?? new PackedDocuments(place);
  }

  take({ hash, line, position, label }: Wanted): MovedDocuments | undefined {
    if (!this.#isUsable) return undefined;
    const from = this.#find(hash);
    if (from === undefined) return undefined;
    const to = this.#previous.endOfDocument(from);
    this.#next = to;
    const octets = position - this.#previous.positionAt(from);
    const lines = line - this.#previous.lineAt(from);
    // Rejections name lines and columns, and what is in a list its number there.
    const isMoved = octets !== 0 || lines !== 0;
    if (isMoved && this.#previous.isRejected(from, to)) return undefined;
    if (!this.#previous.at(from).claims.every((claim) => claim.label.startsWith(label))) return undefined;
    return { type: 'moved', from, to, lines, octets };
  }

  /** Both as one, where they stand one behind the other as before. */
  join(first: MovedDocuments, second: MovedDocuments): MovedDocuments | undefined {
    const isNext = first.to === second.from && first.lines === second.lines && first.octets === second.octets;
    return isNext ? { ...first, to: second.to } : undefined;
  }

  #find(hash: string): number | undefined {
    const previous = this.#previous;
    if (this.#next < previous.length && !this.#taken.has(this.#next) && previous.hashAt(this.#next) === hash) {
      if (this.#byHash) this.#taken.add(this.#next);
      return this.#next;
    }
    this.#byHash ??= this.#index();
    const numbers = this.#byHash.get(hash);
    for (let number = numbers?.pop(); number !== undefined; number = numbers?.pop()) {
      if (this.#taken.has(number)) continue;
      this.#taken.add(number);
      return number;
    }
    return undefined;
  }

  /** Of those from the next on: the ones before it have been taken. */
  #index(): Map<string, number[]> {
    const byHash = new Map<string, number[]>();
    const starts: number[] = [];
    for (let at = this.#next; at < this.#previous.length; at = this.#previous.endOfDocument(at)) starts.push(at);
    for (const start of starts.reverse()) {
      const hash = this.#previous.hashAt(start);
      const numbers = byHash.get(hash);
      if (numbers) numbers.push(start);
      else byHash.set(hash, [start]);
    }
    return byHash;
  }
}
