import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { hostLists, type HostListName } from './hosts.ts';
import { questions, type QuestionKind } from './questions.ts';
import { serviceEntryLists } from './service-entries.ts';
import { zoneLines } from './zone-file.ts';

const linesAtOnce = 10_000;
/** The inputs are made again when one of these has changed. */
const makers = ['hosts.ts', 'zone-file.ts', 'service-entries.ts', 'questions.ts', 'proxied-questions.ts'];

/** Files with what servers serve and what they are asked, made once and kept outside of the repository. */
export class Inputs {
  readonly #directory: string;

  constructor() {
    const hash = createHash('sha256');
    for (const maker of makers) hash.update(readFileSync(new URL(maker, import.meta.url)));
    this.#directory = join(cacheDirectory(), 'peers', hash.digest('hex').slice(0, 16));
  }

  zoneFile(list: HostListName): string {
    return this.#made(`${list}.zone`, (path) => writeLines(path, zoneLines(hostLists[list])));
  }

  /** A directory of JSON files. */
  serviceEntries(list: HostListName): string {
    return this.#made(list, (path) => {
      mkdirSync(path);
      let number = 0;
      for (const text of serviceEntryLists(hostLists[list])) writeFileSync(join(path, `list-${number++}.json`), text);
    });
  }

  /** A file of `NAME TYPE`, as dnsperf reads it. */
  questions(list: HostListName, kind: QuestionKind): string {
    return this.#made(`${list}-${kind}.questions`, (path) => writeLines(path, questionLines(list, kind)));
  }

  /** What `make` makes appears whole or not at all. */
  #made(name: string, make: (path: string) => void): string {
    const path = join(this.#directory, name);
    if (existsSync(path)) return path;
    mkdirSync(this.#directory, { recursive: true });
    const part = `${path}.${process.pid}`;
    rmSync(part, { recursive: true, force: true });
    make(part);
    renameSync(part, path);
    return path;
  }
}

/** Where this project keeps what it can make again. */
export function cacheDirectory(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'serviceentry-dns');
}

function* questionLines(list: HostListName, kind: QuestionKind): Generator<string> {
  for (const { name, type } of questions(kind, hostLists[list])) yield `${name} ${type}`;
}

function writeLines(path: string, lines: Iterable<string>): void {
  const file = openSync(path, 'w');
  let some: string[] = [];
  const flush = (): void => {
    if (some.length > 0) writeSync(file, `${some.join('\n')}\n`);
    some = [];
  };
  for (const line of lines) {
    some.push(line);
    if (some.length === linesAtOnce) flush();
  }
  flush();
  closeSync(file);
}
