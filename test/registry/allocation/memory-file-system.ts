import type { PoolFileSystem } from '../../../src/registry/allocation/pool-file-system.ts';

/** Files in memory, with a log of what was done and failures on demand. */
export class MemoryFileSystem implements PoolFileSystem {
  readonly files = new Map<string, string>();
  readonly log: string[] = [];
  /** Operation → the code it fails with. */
  readonly failures = new Map<string, string>();
  others = new Set<string>();

  kindOf(path: string): 'file' | 'nothing' | 'other' {
    this.#fail('kindOf');
    if (this.others.has(path)) return 'other';
    return this.files.has(path) ? 'file' : 'nothing';
  }

  read(path: string, limit: number): Buffer {
    this.#fail('read');
    return Buffer.from(this.files.get(path) ?? '').subarray(0, limit);
  }

  writeSynced(path: string, text: string): void {
    this.log.push(`write ${path}`);
    // What a full disk leaves behind.
    this.files.set(path, text.slice(0, 10));
    this.#fail('write');
    this.files.set(path, text);
  }

  rename(from: string, to: string): void {
    this.log.push(`rename ${from} ${to}`);
    this.#fail('rename');
    this.files.set(to, this.files.get(from) ?? '');
    this.files.delete(from);
  }

  syncDirectory(path: string): void {
    this.log.push(`sync ${path}`);
    this.#fail('sync');
  }

  remove(path: string): void {
    this.log.push(`remove ${path}`);
    this.files.delete(path);
  }

  #fail(operation: string): void {
    const code = this.failures.get(operation);
    if (code !== undefined) throw new Error(`${code}: ${operation} failed`);
  }
}
