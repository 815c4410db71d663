import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { WholeFileSystem } from '../../runtime/whole-file.ts';

/** The part of the file system that a pool's file needs, so that tests can let it fail. All throw Node's errors. */
export interface PoolFileSystem extends WholeFileSystem {
  /** What a path leads to, links followed. */
  kindOf(path: string): 'file' | 'nothing' | 'other';
  /** The bytes of a file, never more than `limit` of them. */
  read(path: string, limit: number): Buffer;
}

export const nodePoolFileSystem: PoolFileSystem = {
  kindOf(path) {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) return 'nothing';
    return status.isFile() ? 'file' : 'other';
  },
  read(path, limit) {
    return withDescriptor(path, 'r', (descriptor) => {
      const buffer = Buffer.allocUnsafe(Math.min(limit, fstatSync(descriptor).size));
      let length = 0;
      while (length < buffer.length) {
        const read = readSync(descriptor, buffer, length, buffer.length - length, null);
        if (read === 0) break;
        length += read;
      }
      return buffer.subarray(0, length);
    });
  },
  writeSynced(path, text) {
    withDescriptor(path, 'w', (descriptor) => {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    });
  },
  rename: renameSync,
  syncDirectory(path) {
    withDescriptor(path, 'r', fsyncSync);
  },
  remove(path) {
    rmSync(path, { force: true });
  },
};

/** Reads what another process keeps, and writes nothing. */
export const readOnlyPoolFileSystem: PoolFileSystem = {
  ...nodePoolFileSystem,
  writeSynced: () => undefined,
  rename: () => undefined,
  syncDirectory: () => undefined,
  remove: () => undefined,
};

function withDescriptor<Result>(path: string, flags: string, use: (descriptor: number) => Result): Result {
  const descriptor = openSync(path, flags);
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
