import type { Logger } from '../../../../runtime/logger.ts';
import type { Work } from '../../../../runtime/sliced-work.ts';
import type { Rejection } from '../../../model/rejection.ts';
import { groupBy } from '../../../../collections/group-by.ts';
import { compareFaults, faultOf, lineOf, sameRejection, textOfFault, type Fault } from './fault.ts';
import type { FileRejection } from '../served/duplicate-resolver.ts';
import type { LoadedFile } from '../loaded-file.ts';
import type { Snapshot } from '../scan.ts';

/** Lines in the log for what has come, or gone, in one file at a time. */
export const maxLinesPerFile = 100;
/** In all, at a time. */
export const maxLines = 1000;
/** Objects and places that one line names. */
const maxNamed = 5;

/** What is wrong with one file, or one path of the configuration. */
interface Faults {
  readonly faults: readonly Fault[];
  /** How many documents are served that the file does not have. */
  readonly kept: number;
}

const noFaults: Faults = { faults: [], kept: 0 };

/** Keeps what is left out at present, and logs each fault when it comes and when it goes. */
export class FaultReport {
  readonly #logger: Logger;
  #known = new Map<string, Faults>();
  #linesLeft = maxLines;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Files and paths of which something is left out or kept. */
  get size(): number {
    return this.#known.size;
  }

  /**
   * @param paths of the configuration
   * @returns the list to tell when it is another than before
   */
  *update(
    snapshot: Snapshot,
    duplicates: readonly FileRejection[],
    paths: readonly string[],
  ): Work<readonly Rejection[] | undefined> {
    this.#linesLeft = maxLines;
    const before = this.#known;
    const present = (this.#known = yield* faultsOf(snapshot, duplicates));
    let isChanged = present.size !== before.size;
    for (const [name, faults] of present) {
      const known = before.get(name) ?? noFaults;
      isChanged = !isSame(known, faults) || isChanged;
      this.#compare(name, known, faults);
      this.#tellKept(name, snapshot.files.get(name), known, faults);
      yield;
    }
    for (const name of before.keys()) {
      // A file that was deleted is not fine again.
      if (present.has(name) || !(snapshot.files.has(name) || paths.includes(name))) continue;
      this.#say('info', `${name}: fine again, nothing of it is left out`);
    }
    if (this.#linesLeft < 0)
      this.#logger.warning(`${-this.#linesLeft} more lines about the registry's files are left out`);
    return isChanged
      ? [...present.values()].flatMap(({ faults }) => faults.map(({ rejection }) => rejection))
      : undefined;
  }

  #compare(name: string, before: Faults, after: Faults): void {
    const { come, gone } = compareFaults(before.faults, after.faults);
    for (const fault of come.slice(0, maxLinesPerFile)) this.#say('warning', textOfFault(fault), fault.rejection);
    if (come.length > maxLinesPerFile)
      this.#say('warning', `${name}: ${come.length - maxLinesPerFile} more parts of it are left out`);
    const others = new Set(come.map(lineOf));
    // One that another has taken the place of is not fine.
    const mended = gone.filter((fault) => !others.has(lineOf(fault)));
    if (mended.length === 0 || after.faults.length === 0) return;
    for (const fault of mended.slice(0, maxLinesPerFile)) this.#say('info', `fine again: ${textOfFault(fault)}`);
    if (mended.length > maxLinesPerFile)
      this.#say('info', `${name}: ${mended.length - maxLinesPerFile} more parts of it are fine again`);
    const left = after.faults.length;
    const places = after.faults.slice(0, maxNamed).map(({ rejection }) => rejection.origin);
    const more = left > maxNamed ? ' and others' : '';
    this.#say(
      'info',
      `${name}: ${left} ${left === 1 ? 'part is' : 'parts are'} still left out: ${places.join(', ')}${more}`,
    );
  }

  #tellKept(name: string, file: LoadedFile | undefined, before: Faults, after: Faults): void {
    if (!file || after.kept === before.kept) return;
    if (after.kept > before.kept && file.keptSince !== undefined) {
      const since = new Date(file.keptSince).toISOString();
      const until = file.problem ? 'it can be read' : 'all of it parses';
      this.#say(
        'warning',
        `${name}: what it had before and has no more stays served until ${until}, since ${since}: ${namesOf(file)}`,
      );
    } else if (after.kept === 0) this.#say('info', `${name}: it has again all that was kept of it`);
  }

  #say(level: 'info' | 'warning', message: string, about?: Rejection): void {
    if (this.#linesLeft-- <= 0) return;
    if (about === undefined) this.#logger[level](message);
    else {
      const { reason, object, field, origin } = about;
      this.#logger[level](message, { reason, object, field, origin });
    }
  }
}

/** In the order of the paths and files; what is fine is not in it. */
function* faultsOf({ paths, files }: Snapshot, duplicates: readonly FileRejection[]): Work<Map<string, Faults>> {
  const found = new Map<string, Faults>();
  for (const { problem } of paths) if (problem) found.set(problem.origin, { faults: [faultOf('', problem)], kept: 0 });
  for (const [path, { problem, documents, kept, keptSince }] of files) {
    yield;
    const keptCount = keptSince === undefined ? 0 : (problem ? documents.count : 0) + kept.length;
    if (!problem && documents.faults.count === 0 && keptCount === 0) continue;
    const faults = problem ? [faultOf('', problem)] : [];
    for (const { hash, rejection } of documents.faults.rejections) faults.push(faultOf(hash, rejection));
    found.set(path, { faults, kept: keptCount });
  }
  for (const [path, copies] of groupBy(duplicates, ({ file }) => file)) {
    const { faults, kept } = found.get(path) ?? noFaults;
    const more = copies.map(({ rejection }) => faultOf('', rejection));
    found.set(path, { faults: [...faults, ...more], kept });
    yield;
  }
  return found;
}

function isSame(a: Faults, b: Faults): boolean {
  if (a.faults.length !== b.faults.length) return false;
  return a.faults.every(({ rejection }, index) => sameRejection(rejection, b.faults[index]!.rejection));
}

/** The first objects that are kept of a file. */
function namesOf({ kept, documents, problem }: LoadedFile): string {
  const names: string[] = [];
  for (const declarations of problem ? [documents.declarations, kept] : [kept]) {
    for (const { key } of declarations) {
      if (names.length > maxNamed) break;
      if (key !== undefined) names.push(key.replace('/', ' '));
    }
  }
  return `${names.slice(0, maxNamed).join(', ')}${names.length > maxNamed ? ' and others' : ''}`;
}
