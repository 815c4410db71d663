import type { Work } from '../../../../runtime/sliced-work.ts';
import type { Change, Sink } from '../../source.ts';
import type { ClaimPlace } from '../declaration.ts';
import { keepMissing } from './keep-missing.ts';
import { Ledger, type FileRejection } from './duplicate-resolver.ts';
import type { LoadedFile } from '../loaded-file.ts';
import type { PackedDocuments } from '../packed-documents.ts';
import type { PathState, Snapshot } from '../scan.ts';

/** At the start the objects of so many documents are told at a time: few enough to die young. */
const maxFirstDocuments = 30;
/**
 * Later so many changes are told at a time: they take some milliseconds. New objects and those that have changed go first,
 * so that what moves from one object to another is never gone.
 */
export const maxChanges = 256;
/** Copies of one object that are reported, at most. */
const maxDuplicates = 10_000;

/** What is served of all files, and what the sink must be told when they change. */
export class ServedFiles {
  readonly #sink: Sink;
  readonly #ledger: Ledger;
  #paths: readonly PathState[] = [];
  #files = new Map<string, LoadedFile>();
  /** Documents that are being added, of a file that is not there yet. */
  #begun: PackedDocuments | undefined;
  #hasApplied = false;

  constructor(sink: Sink) {
    this.#sink = sink;
    this.#ledger = new Ledger(
      (key) => sink.get(key),
      (claim) => this.#originOf(claim),
    );
  }

  get snapshot(): Snapshot {
    return { paths: this.#paths, files: this.#files };
  }

  /** Whether the sink has been told anything. */
  get hasApplied(): boolean {
    return this.#hasApplied;
  }

  /** How many paths are remembered. */
  get places(): number {
    return this.#ledger.places;
  }

  get duplicates(): FileRejection[] {
    return this.#ledger.duplicates(maxDuplicates);
  }

  /**
   * Tells the objects of documents that follow those that it was given before, of a file of which no others are served. Where
   * they are others, those do not count.
   */
  *addDocuments(documents: PackedDocuments): Work<void> {
    if (this.#begun && this.#begun !== documents) {
      yield* this.#remove(this.#begun, undefined);
      yield* this.#tellChanges();
    }
    this.#begun = documents;
    for (let from = documents.settled; from < documents.length; from += maxFirstDocuments) {
      this.#apply(this.#ledger.addTelling(documents.range(from, from + maxFirstDocuments)));
      yield;
    }
    documents.settle();
  }

  /** The end of a file. */
  *addFile(file: LoadedFile): Work<void> {
    yield* this.addDocuments(file.documents);
    this.#begun = undefined;
    this.#files.set(file.place.path, file);
  }

  /**
   * Puts other readings of the files in place of those that are served.
   *
   * @param nowMs Unix time
   */
  *replace({ paths, files }: Snapshot, nowMs: number): Work<void> {
    const before = this.#files;
    const after = new Map<string, LoadedFile>();
    for (const [path, file] of files) {
      const served = before.get(path);
      after.set(path, served === file ? file : yield* keepMissing(served, file, nowMs));
      yield;
    }
    const gone = [...before].filter(([path, file]) => after.get(path) !== file);
    const come = [...after].filter(([path, file]) => before.get(path) !== file);
    for (const [path, file] of gone) {
      const other = after.get(path);
      yield* this.#remove(file.documents, other?.documents);
      if (file.kept) yield* this.#remove(file.kept, other?.kept);
    }
    this.#paths = paths;
    this.#files = after;
    for (const [path, file] of come) {
      const other = before.get(path);
      yield* this.#add(file.documents, other?.documents);
      if (file.kept) yield* this.#add(file.kept, other?.kept);
    }
    yield* this.#tellChanges();
    for (const [path, { documents, kept }] of gone) {
      const other = after.get(path);
      if (other?.place.index !== documents.place.index) this.#ledger.forget(documents.place);
      if (kept && other?.kept?.place.index !== kept.place.index) this.#ledger.forget(kept.place);
    }
  }

  /** The last ones first: then a key that thousands of them claim costs no more. */
  *#remove(documents: PackedDocuments, others: PackedDocuments | undefined): Work<void> {
    const indexes = yield* onlyIn(documents, others);
    for (const index of indexes.reverse()) {
      this.#ledger.remove(documents.at(index));
      yield;
    }
  }

  *#add(documents: PackedDocuments, others: PackedDocuments | undefined): Work<void> {
    for (const index of yield* onlyIn(documents, others)) {
      this.#ledger.add(documents.at(index));
      yield;
    }
    documents.settle();
  }

  *#tellChanges(): Work<void> {
    const changes = this.#ledger.takeChanges();
    while (this.#apply(changes)) yield;
  }

  /** False where there was nothing to tell. */
  #apply(changes: Iterator<Change>): boolean {
    const first = changes.next();
    if (first.done) return false;
    this.#hasApplied = true;
    this.#sink.apply({ [Symbol.iterator]: () => someOf(first, changes) });
    return true;
  }

  #originOf({ place, position, item }: ClaimPlace): string {
    const { documents, kept } = this.#files.get(place.path)!;
    return (place.isKept === true ? kept! : documents).originOf(position, item);
  }
}

/** An iterator that has been asked once already, for `maxChanges` in all. */
function someOf(first: IteratorResult<Change>, others: Iterator<Change>): Iterator<Change> {
  let told = 0;
  return {
    next() {
      told++;
      if (told === 1) return first;
      return told > maxChanges ? { done: true, value: undefined } : others.next();
    },
  };
}

/**
 * Which documents of a file another reading of it does not have at the same place, by their numbers: there may be very many.
 * Both are in the order of places.
 */
function* onlyIn(documents: PackedDocuments, other: PackedDocuments | undefined): Work<number[]> {
  const only: number[] = [];
  if (other === documents) return only;
  const others = other?.place.index === documents.place.index ? other : undefined;
  let at = 0;
  for (let index = 0; index < documents.length; index++) {
    const position = documents.positionAt(index);
    while (others && at < others.length && others.positionAt(at) < position) at++;
    const isThere = others !== undefined && at < others.length && others.positionAt(at) === position;
    if (!isThere || others.hashAt(at) !== documents.hashAt(index)) only.push(index);
    yield;
  }
  return only;
}
