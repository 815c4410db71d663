import type { FileSystem } from '../../runtime/files/file-system.ts';
import { type FileContent, WatchedFile } from '../../runtime/files/watched-file.ts';
import { usualSliceMs, workInSlices, type Work } from '../../runtime/sliced-work.ts';
import { syncState } from '../../table/layout.ts';
import { TableWriter } from '../../table/writer.ts';
import type { Host } from '../control.ts';
import { HostEntries } from './entries/entries.ts';
import { EntryFaults } from './entries/faults.ts';
import { readEntries } from './entries/read.ts';
import { writeEntries } from './entries/write.ts';
import { addEmptyNonTerminals, denyingZones, zoneTest } from './entries/zones.ts';
import { tableName, type HostsConfig } from './config.ts';

/** Several times the longest lists there are; more is a mistake. */
const maxFileBytes = 256 * 1024 * 1024;
/** A file that changes all the time is not looked at more often. */
const minReloadMs = 100;
/** Of a file that is mounted by itself no watch tells: a look takes microseconds, and a change is to be seen within a second. */
const maxReloadMs = 1000;
/** Any time: nothing happens then. */
const keepAliveMs = 60_000;

/** What a hosts directive uses of its host. */
export type HostsHost = Pick<Host, 'clock' | 'logger' | 'hashSeed' | 'isReadOnly' | 'publishTable'>;

/** One hosts directive at work: its file, and its answer table. What cannot be read changes nothing. */
export class HostsService {
  /** Pairs of names and addresses, both ways. */
  entries = 0;
  /** Entries of the file that are left out. */
  leftOut = 0;
  /** Unix time in milliseconds at which the file that is served was changed; `undefined` before one was read. */
  modifiedMs: number | undefined;
  /** Grows with each time that the file was read. */
  changes = 0;
  readonly #config: HostsConfig;
  readonly #host: HostsHost;
  readonly #writer: TableWriter;
  readonly #file: WatchedFile;
  /** What is to be served next. */
  #next: FileContent | undefined;
  #isWorking = false;
  #cancelWork: (() => void) | undefined;
  #told = '';
  #onLoaded = (): void => undefined;

  /** Publishes its table, which is empty. */
  constructor(config: HostsConfig, host: HostsHost, fileSystem: FileSystem) {
    this.#config = config;
    this.#host = host;
    this.#writer = new TableWriter(host.hashSeed, (handle) => host.publishTable(tableName, handle));
    this.#writer.sync = syncState.synced;
    this.#writer.serial = this.#seconds;
    host.publishTable(tableName, this.#writer.handle);
    const { reloadMs, file } = config;
    this.#file = new WatchedFile({
      path: file,
      clock: host.clock,
      fileSystem,
      intervalMs: reloadMs === 0 || host.isReadOnly ? 0 : Math.min(Math.max(reloadMs, minReloadMs), maxReloadMs),
      maxBytes: maxFileBytes,
      onContent: (content) => this.#take(content),
      onFault: (reason) => this.#tellFault(reason),
    });
  }

  get file(): string {
    return this.#config.file;
  }

  /** Looks that found a file that cannot be read. */
  get failures(): number {
    return this.#file.failures;
  }

  /** Resolves when everything that exists is served. */
  start(): Promise<void> {
    // Timers of the clock do not keep a process alive, and between two slices there is nothing else.
    const alive = setInterval(() => undefined, keepAliveMs);
    return new Promise<void>((resolve) => {
      this.#onLoaded = resolve;
      this.#file.start();
      if (!this.#isWorking && this.changes === 0) this.#take(undefined);
    }).finally(() => clearInterval(alive));
  }

  stop(): void {
    this.#file.stop();
    this.#cancelWork?.();
    this.#onLoaded();
  }

  /** The lines of the Corefile alone where there is no file. What comes meanwhile waits: work that is begun is ended. */
  #take(content: FileContent | undefined): void {
    if (this.#isWorking) {
      this.#next = content;
      return;
    }
    this.#isWorking = true;
    this.#cancelWork = workInSlices(this.#serve(content), this.#host.clock, usualSliceMs, () => {
      this.#isWorking = false;
      this.#onLoaded();
      const next = this.#next;
      this.#next = undefined;
      if (next) this.#take(next);
    });
  }

  *#serve(content: FileContent | undefined): Work<void> {
    const { zones, hasReverse, inline, ttl } = this.#config;
    const entries = new HostEntries(hasReverse);
    const faults = new EntryFaults();
    const isServed = zoneTest(zones);
    if (content) yield* readEntries(content.bytes, isServed, entries, faults);
    // What is wrong with these was reported with the Corefile.
    yield* readEntries(Buffer.from(inline.join('\n')), isServed, entries, new EntryFaults());
    yield* addEmptyNonTerminals(entries, denyingZones(this.#config));
    if (yield* writeEntries(entries, ttl, this.#writer)) this.#writer.serial = this.#seconds;
    this.entries = entries.count;
    this.changes++;
    if (!content) return;
    this.leftOut = faults.count;
    this.modifiedMs = content.modifiedMs;
    this.#tellLeftOut(faults.text);
    this.#host.logger.debug(`plugin/hosts: ${this.file} was read: ${entries.count} entries`, { file: this.file });
  }

  /** Once, until it is something else. */
  #tellLeftOut(text: string): void {
    if (text === this.#told) return;
    this.#told = text;
    if (text !== '') this.#host.logger.warning(`plugin/hosts: ${this.file}: ${text}`, { file: this.file });
  }

  #tellFault(reason: string): void {
    const isFirst = this.modifiedMs === undefined && !this.#isWorking;
    // A container need not have /etc/hosts.
    if (isFirst && !this.#config.isNamed) return;
    const before = this.#config.reloadMs === 0 ? 'and reload is 0' : 'it is read as soon as it can be';
    const effect = isFirst ? before : 'what was read before stays in use';
    this.#host.logger.warning(`plugin/hosts: ${this.file} ${reason}; ${effect}`, { file: this.file });
  }

  get #seconds(): number {
    return Math.floor(this.#host.clock.wall() / 1000);
  }
}
