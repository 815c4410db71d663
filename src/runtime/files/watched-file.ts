import type { Clock } from '../clock.ts';
import { fileErrorText } from '../errors.ts';
import { poll } from '../poll.ts';
import type { FileStatus, FileSystem } from './file-system.ts';
import { WatchPoints } from './watch-points.ts';
import { Watches } from './watches.ts';

/** Quiet for so long after an event before the file is read: one save is many events. */
export const debounceMs = 20;
/** While events go on, the file is read at least so long after the first of them. */
export const maxDebounceMs = 100;
/** What may be half written must stay as it is for so long, unless it is said otherwise. */
export const usualDoubtMs = 500;
/** What changes all the time is read nevertheless. */
export const maxDoubtMs = 5000;
/** Between two looks where the system cannot watch, at most. */
export const fallbackPollMs = 1000;
/** The time of a change is known to some milliseconds: a file that has just been changed is read again at the next look. */
const freshMs = 2000;
const newLine = 0x0a;

export interface WatchedFileOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly fileSystem: FileSystem;
  /** Between two looks at what `stat` says, beside the watch. 0: the file is read once. */
  readonly intervalMs: number;
  /** A larger file cannot be used. */
  readonly maxBytes: number;
  /** In place of the usual time. */
  readonly doubtMs?: number;
  /** The file is another one, or may be. */
  onContent(content: FileContent): void;
  /** Why it cannot be read, to be put behind its path: once, until it is another reason or the file is good. */
  onFault(reason: string): void;
}

export interface FileContent {
  /** In memory of its own. */
  readonly bytes: Buffer;
  /** Unix time in milliseconds. */
  readonly modifiedMs: number;
}

interface Reading {
  readonly bytes: Buffer;
  readonly status: FileStatus;
  /** It did not change while it was read. */
  readonly isSteady: boolean;
}

/**
 * A file that others write: in place, by a rename, or by a link that is moved (a ConfigMap). It is read when the system tells of
 * a change, and looked at every `intervalMs` besides.
 *
 * One that cannot be read changes nothing. Neither does one that seems to be half written: it changes while it is read, is empty, ends
 * within a line or has lost half of its size. Such a file counts when it has stayed so for a while (`doubtMs`), or when it is the first.
 */
export class WatchedFile {
  /** Looks that found a file that cannot be read. */
  failures = 0;
  readonly #options: WatchedFileOptions;
  readonly #watches: Watches;
  /** Of what was read last; '' where that must be read again. */
  #stamp = '';
  /** Octets that were read last; -1 before anything was. */
  #size = -1;
  #doubt: { readonly stamp: string; readonly since: number; readonly began: number } | undefined;
  #fault = '';
  #firstEventAt: number | undefined;
  #mustPoll = false;
  #cancelLook = (): void => undefined;
  #cancelPoll = (): void => undefined;

  constructor(options: WatchedFileOptions) {
    this.#options = options;
    this.#watches = new Watches(
      options.fileSystem,
      () => this.#onEvent(),
      () => this.#onWatchFailure(),
    );
  }

  /** Reads the file, and watches it from now on. */
  start(): void {
    const { intervalMs } = this.#options;
    if (intervalMs > 0) this.#watch();
    this.#look(true);
    if (intervalMs > 0) this.#poll();
  }

  stop(): void {
    this.#cancelLook();
    this.#cancelPoll();
    this.#watches.close();
  }

  #onEvent(): void {
    const now = this.#options.clock.now();
    this.#firstEventAt ??= now;
    this.#stamp = '';
    this.#lookAfter(Math.max(0, Math.min(debounceMs, this.#firstEventAt + maxDebounceMs - now)));
  }

  #onWatchFailure(): void {
    if (this.#mustPoll) return;
    this.#mustPoll = true;
    this.#poll();
  }

  #poll(): void {
    const { clock, intervalMs } = this.#options;
    this.#cancelPoll();
    const ms = this.#mustPoll ? Math.min(intervalMs, fallbackPollMs) : intervalMs;
    this.#cancelPoll = poll(clock, ms, () => {
      this.#watch();
      this.#look(false);
    });
  }

  #lookAfter(ms: number): void {
    this.#cancelLook();
    this.#cancelLook = this.#options.clock.after(ms, () => {
      this.#firstEventAt = undefined;
      this.#watch();
      this.#look(false);
    });
  }

  /** The way to the file may be another one: links, and directories that have come. */
  #watch(): void {
    const { path, fileSystem } = this.#options;
    const points = new WatchPoints(fileSystem);
    points.addPath(path);
    this.#watches.sync(points.directories);
  }

  #look(isFirst: boolean): void {
    const reading = this.#read();
    if (reading === 'unchanged') return;
    if ('fault' in reading) {
      this.#failed(reading.fault);
      return;
    }
    const { bytes, status, isSteady } = reading;
    const isHalf = !isSteady || this.#looksHalfWritten(bytes);
    if (isHalf && !isFirst && this.#isInDoubt(status.stamp)) return;
    this.#doubt = undefined;
    this.#fault = '';
    this.#stamp = this.#options.clock.wall() - status.modifiedMs > freshMs ? status.stamp : '';
    this.#size = bytes.length;
    this.#options.onContent({ bytes, modifiedMs: status.modifiedMs });
  }

  #read(): 'unchanged' | { readonly fault: string } | Reading {
    const { path, fileSystem, maxBytes } = this.#options;
    try {
      const before = fileSystem.status(path);
      if (before.kind === 'directory') return { fault: 'is a directory' };
      // A pipe would block for ever.
      if (before.kind === 'other') return { fault: 'is no file' };
      if (before.stamp === this.#stamp) return 'unchanged';
      const bytes = fileSystem.read(path, maxBytes + 1);
      if (bytes.length > maxBytes) return { fault: `has more than ${maxBytes} octets` };
      const status = fileSystem.status(path);
      return { bytes, status, isSteady: status.stamp === before.stamp };
    } catch (error) {
      return { fault: fileErrorText(error) };
    }
  }

  #looksHalfWritten(bytes: Buffer): boolean {
    return bytes.at(-1) !== newLine || bytes.length < this.#size / 2;
  }

  /** Whether the file has not stayed as it is for long enough; then it is looked at again. */
  #isInDoubt(stamp: string): boolean {
    const { clock, doubtMs = usualDoubtMs } = this.#options;
    const now = clock.now();
    if (this.#doubt?.stamp !== stamp) this.#doubt = { stamp, since: now, began: this.#doubt?.began ?? now };
    const leftMs = Math.min(this.#doubt.since + doubtMs, this.#doubt.began + maxDoubtMs) - now;
    if (leftMs <= 0) return false;
    // Unless an event lets it look before.
    if (this.#firstEventAt === undefined) this.#lookAfter(leftMs);
    return true;
  }

  #failed(reason: string): void {
    this.failures++;
    this.#stamp = '';
    if (reason === this.#fault) return;
    this.#fault = reason;
    this.#options.onFault(reason);
  }
}
