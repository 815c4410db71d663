import { basename, join } from 'node:path';
import { errorCode } from '../errors.ts';
import type { FileSystem } from './file-system.ts';

interface Watch {
  /** A directory that was replaced under its name has another identity, and needs another watch. */
  readonly identity: string;
  names: ReadonlySet<string> | undefined;
  readonly close: () => void;
}

/** One watch per directory. It owns them all; `close` ends them. */
export class Watches {
  readonly #fileSystem: FileSystem;
  readonly #onChange: (path: string | undefined) => void;
  readonly #onFailure: (directory: string, error: unknown) => void;
  readonly #watches = new Map<string, Watch>();

  /**
   * `onChange` gets the path that changed, `undefined` where it is not known. `onFailure` may come more than once.
   */
  constructor(
    fileSystem: FileSystem,
    onChange: (path: string | undefined) => void,
    onFailure: (directory: string, error: unknown) => void,
  ) {
    this.#fileSystem = fileSystem;
    this.#onChange = onChange;
    this.#onFailure = onFailure;
  }

  /** Opens and closes watches until they are those that are wanted. True when one was opened: look again then. */
  sync(wanted: ReadonlyMap<string, ReadonlySet<string> | undefined>): boolean {
    let isOpened = false;
    for (const [directory, watch] of this.#watches) {
      if (wanted.has(directory) && this.#identity(directory) === watch.identity) continue;
      watch.close();
      this.#watches.delete(directory);
    }
    for (const [directory, names] of wanted) {
      const watch = this.#watches.get(directory);
      if (watch) watch.names = names;
      else if (this.#open(directory, names)) isOpened = true;
    }
    return isOpened;
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.close();
    this.#watches.clear();
  }

  #open(directory: string, names: ReadonlySet<string> | undefined): boolean {
    const identity = this.#identity(directory);
    if (identity === undefined) return false;
    let watch: Watch | undefined;
    const fail = (error: unknown): void => {
      if (watch && this.#watches.get(directory) === watch) this.#watches.delete(directory);
      watch?.close();
      this.#onFailure(directory, error);
    };
    try {
      const close = this.#fileSystem.watch(directory, (name) => this.#changed(directory, name), fail);
      watch = { identity, names, close };
      this.#watches.set(directory, watch);
      return true;
    } catch (error) {
      // It vanished between two calls: the watch on the directory above reports when it is back.
      if (errorCode(error) !== 'ENOENT') fail(error);
      return false;
    }
  }

  #changed(directory: string, name: string | undefined): void {
    const names = this.#watches.get(directory)?.names;
    // The event of a directory that is deleted or moved away has its own name.
    if (names !== undefined && name !== undefined && !names.has(name) && name !== basename(directory)) return;
    this.#onChange(name === undefined ? undefined : join(directory, name));
  }

  #identity(directory: string): string | undefined {
    try {
      const status = this.#fileSystem.status(directory);
      return status.kind === 'directory' ? status.identity : undefined;
    } catch {
      return undefined;
    }
  }
}
