import type { Rejection } from '../../../model/rejection.ts';

/** So many rejections of a file are kept; one more says how many others there are. */
export const maxRejectionsPerFile = 10_000;

/** What is left out of the documents of a file. */
export class FileFaults {
  readonly #path: string;
  readonly #rejections: { readonly hash: string; readonly rejection: Rejection }[] = [];
  /** Rejections that are not kept. */
  #dropped = 0;
  #isAnyLost = false;
  readonly #lostKeys = new Set<string>();
  readonly #positions = new Set<number>();

  constructor(path: string) {
    this.#path = path;
  }

  /** How many parts of the documents are left out. */
  get count(): number {
    return this.#rejections.length + this.#dropped;
  }

  /** Some part is not an object with a valid name: any object that the file had before may be meant. */
  get isAnyLost(): boolean {
    return this.#isAnyLost;
  }

  /** Keys of objects that are left out whole. */
  get lostKeys(): ReadonlySet<string> {
    return this.#lostKeys;
  }

  /** Whether something is left out of the document at this position. */
  has(position: number): boolean {
    return this.#positions.has(position);
  }

  /** What is left out, each with the hash of its document. */
  get rejections(): readonly { readonly hash: string; readonly rejection: Rejection }[] {
    if (this.#dropped === 0) return this.#rejections;
    const message = `${this.#dropped} more parts of this file are left out`;
    const rejection = { reason: 'object', object: '', field: '', message, origin: this.#path } as const;
    return [...this.#rejections, { hash: '', rejection }];
  }

  /** Adds rejections of one object, or of what should be one; `isWhole` where nothing of it is served. */
  add(hash: string, position: number, rejections: readonly Rejection[], isWhole: boolean): void {
    this.#positions.add(position);
    for (const { object, field } of isWhole ? rejections : []) {
      const isNameless = object === '' || field === 'metadata.name' || field === 'metadata.namespace';
      if (isNameless || this.#lostKeys.size >= maxRejectionsPerFile) this.#isAnyLost = true;
      // KIND NAMESPACE/NAME
      else this.#lostKeys.add(object.replace(' ', '/'));
    }
    const kept = rejections.slice(0, maxRejectionsPerFile - this.#rejections.length);
    this.#dropped += rejections.length - kept.length;
    // Their strings may be windows into the text of the file, and would keep all of it in memory.
    for (const rejection of structuredClone(kept)) this.#rejections.push({ hash, rejection });
  }
}
