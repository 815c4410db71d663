import type { Work } from '../../../../runtime/sliced-work.ts';
import type { Change, Sink } from '../../source.ts';
import type { Declaration } from '../declaration.ts';
import type { LoadedFile } from '../loaded-file.ts';
import type { PathState, Snapshot } from '../scan.ts';
import { DuplicateResolver, type FileRejection } from './duplicate-resolver.ts';
import { keepMissing } from './keep-missing.ts';

/**
 * So many changes are applied at a time: they take some milliseconds. New objects and those that have changed go first, so
 * that what moves from one object to another is never missing.
 */
export const maxChanges = 256;
/** Copies of one object that are reported, at most. */
const maxDuplicates = 10_000;

/** What is served of all files, and what the sink has to apply when they change. */
export class ServedFiles {
  readonly #sink: Sink;
  readonly #duplicates: DuplicateResolver;
  #paths: readonly PathState[] = [];
  #files = new Map<string, LoadedFile>();
  #hasApplied = false;

  constructor(sink: Sink) {
    this.#sink = sink;
    this.#duplicates = new DuplicateResolver((key) => sink.get(key));
  }

  get snapshot(): Snapshot {
    return { paths: this.#paths, files: this.#files };
  }

  /** Whether the sink has applied anything. */
  get hasApplied(): boolean {
    return this.#hasApplied;
  }

  get duplicates(): FileRejection[] {
    return this.#duplicates.duplicates(maxDuplicates);
  }

  /** At the start: publishes declarations of a file that is being read. */
  *add(declarations: readonly Declaration[]): Work<void> {
    for (const each of declarations) this.#duplicates.add(each);
    yield* this.#publish();
  }

  /** At the start: the end of a file whose declarations have been added. */
  addFile(file: LoadedFile): void {
    this.#files.set(file.place.path, file);
  }

  /**
   * Replaces the readings of the files that are served.
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
    this.#paths = paths;
    this.#files = after;
    for (const [path, file] of before) {
      const other = after.get(path);
      if (other === file) continue;
      yield* this.#remove(file.documents.declarations, other?.documents.declarations);
      yield* this.#remove(file.kept, other?.kept);
    }
    for (const [path, file] of after) {
      const other = before.get(path);
      if (other === file) continue;
      yield* this.#add(file.documents.declarations, other?.documents.declarations);
      yield* this.#add(file.kept, other?.kept);
    }
    yield* this.#publish();
  }

  /** The last ones first, as the resolver wants it. */
  *#remove(declarations: readonly Declaration[], others: readonly Declaration[] = []): Work<void> {
    const removed = yield* onlyIn(declarations, others);
    for (const each of removed.reverse()) {
      this.#duplicates.remove(each);
      yield;
    }
  }

  *#add(declarations: readonly Declaration[], others: readonly Declaration[] = []): Work<void> {
    for (const each of yield* onlyIn(declarations, others)) {
      this.#duplicates.add(each);
      yield;
    }
  }

  *#publish(): Work<void> {
    let batch: Change[] = [];
    const apply = (): void => {
      if (batch.length === 0) return;
      this.#hasApplied = true;
      this.#sink.apply(batch);
      batch = [];
    };
    for (const change of this.#duplicates.takeChanges()) {
      if (change) batch.push(change);
      if (batch.length === maxChanges) apply();
      yield;
    }
    apply();
  }
}

/** Which declarations another reading of the file does not have. */
function* onlyIn(declarations: readonly Declaration[], others: readonly Declaration[]): Work<Declaration[]> {
  const only: Declaration[] = [];
  if (others === declarations) return only;
  const known = new Set(others);
  for (const each of declarations) {
    if (!known.has(each)) only.push(each);
    yield;
  }
  return only;
}
