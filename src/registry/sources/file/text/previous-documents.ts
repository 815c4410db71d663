import { labelOf, type Declaration } from '../declaration.ts';
import type { FileDocuments } from './read-documents.ts';

/**
 * Finds documents whose text a file had before. They are taken in the order in which they were: most edits leave all others
 * in it, so that the next one is tried first, and only behind an edit all are looked up.
 */
export class PreviousDocuments {
  /** Of documents that were read without fault: rejections name lines, and are made anew. */
  readonly #declarations: readonly Declaration[];
  #next = 0;
  /** Hash → numbers of the documents that have not been taken, last first. */
  #byHash: Map<string, number[]> | undefined;
  readonly #taken = new Set<number>();

  constructor(documents: FileDocuments | undefined) {
    const { declarations, faults } = documents ?? { declarations: [], faults: undefined };
    const isAnyRejected = faults !== undefined && faults.count > 0;
    this.#declarations = isAnyRejected ? declarations.filter(({ position }) => !faults.has(position)) : declarations;
  }

  /**
   * What the file had before of a document with this hash; `undefined` where there is none, or none with the label: what is in
   * a list names its number there.
   */
  take(hash: string, label: string): readonly Declaration[] | undefined {
    const from = this.#find(hash);
    if (from === undefined) return undefined;
    const to = this.#endOfDocument(from);
    this.#next = to;
    const declaration = this.#declarations[from]!;
    const isUsable = declaration.key === undefined || labelOf(declaration).startsWith(label);
    return isUsable ? this.#declarations.slice(from, to) : undefined;
  }

  #find(hash: string): number | undefined {
    const next = this.#next;
    if (this.#declarations[next]?.hash === hash && !this.#taken.has(next)) {
      if (this.#byHash) this.#taken.add(next);
      return next;
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
    for (let at = this.#next; at < this.#declarations.length; at = this.#endOfDocument(at)) starts.push(at);
    for (const start of starts.reverse()) {
      const { hash } = this.#declarations[start]!;
      const numbers = byHash.get(hash);
      if (numbers) numbers.push(start);
      else byHash.set(hash, [start]);
    }
    return byHash;
  }

  #endOfDocument(start: number): number {
    const { position } = this.#declarations[start]!;
    let end = start + 1;
    while (this.#declarations[end]?.position === position) end++;
    return end;
  }
}
