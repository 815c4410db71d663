import type { FileSystem } from '../../src/runtime/files/file-system.ts';

/** A file system with one file, which is in `/directory`, for code that watches it. */
export class MemoryFile implements FileSystem {
  readonly path = '/directory/file';
  /** `undefined`: there is none. */
  bytes: Buffer | undefined;
  /** What a look at it throws. */
  error: string | undefined;
  kind: 'file' | 'directory' | 'other' = 'file';
  canWatch = true;
  modifiedMs = 0;
  reads = 0;
  /** Runs while the file is read. */
  whileRead = (): void => undefined;
  readonly #listeners = new Set<() => void>();
  readonly #failures = new Set<(error: unknown) => void>();
  #version = 0;

  constructor(text?: string) {
    this.bytes = text === undefined ? undefined : Buffer.from(text);
  }

  /** Changes the file, and tells who watches it. */
  write(text: string | undefined, modifiedMs = this.modifiedMs): void {
    this.writeSilently(text, modifiedMs);
    for (const listener of this.#listeners) listener();
  }

  writeSilently(text: string | undefined, modifiedMs = this.modifiedMs): void {
    this.bytes = text === undefined ? undefined : Buffer.from(text);
    this.modifiedMs = modifiedMs;
    this.#version++;
  }

  failWatches(): void {
    for (const fail of this.#failures) fail(new Error('ENOSPC'));
  }

  get watchers(): number {
    return this.#listeners.size;
  }

  status(path: string) {
    if (path !== this.path) return { kind: 'directory' as const, identity: path, stamp: path, size: 0, modifiedMs: 0 };
    if (this.error !== undefined) throw Object.assign(new Error(this.error), { code: this.error });
    if (!this.bytes) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
    const stamp = String(this.#version);
    return { kind: this.kind, identity: 'file', stamp, size: this.bytes.length, modifiedMs: this.modifiedMs };
  }

  list() {
    return [];
  }

  read(_path: string, limit: number): Buffer<ArrayBuffer> {
    this.reads++;
    const bytes = Buffer.from(this.bytes!.subarray(0, limit));
    this.whileRead();
    return bytes;
  }

  linkTarget(path: string): false | undefined {
    return path === this.path && !this.bytes ? false : undefined;
  }

  watch(_directory: string, onChange: (name: string | undefined) => void, onError: (error: unknown) => void) {
    if (!this.canWatch) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    const listener = (): void => onChange('file');
    this.#listeners.add(listener);
    this.#failures.add(onError);
    return () => {
      this.#listeners.delete(listener);
      this.#failures.delete(onError);
    };
  }
}
