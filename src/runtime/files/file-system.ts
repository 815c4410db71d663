import { closeSync, fstatSync, opendirSync, openSync, readlinkSync, readSync, statSync, watch } from 'node:fs';
import { errorCode } from '../errors.ts';

/** What `stat` says, links followed. */
export interface FileStatus {
  readonly kind: 'file' | 'directory' | 'other';
  /** Device and inode: two paths with one identity are one file. */
  readonly identity: string;
  /** Changes whenever the content may have changed: identity, size, times of modification and change. */
  readonly stamp: string;
  readonly size: number;
  /** Unix time in milliseconds. */
  readonly modifiedMs: number;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly isLink: boolean;
  /** A directory itself, not a link to one. */
  readonly isDirectory: boolean;
}

/**
 * The part of the file system that those need who watch files, so that tests can let it fail. All but `linkTarget` throw Node's
 * errors, with a `code`.
 */
export interface FileSystem {
  status(path: string): FileStatus;
  /** Read on demand: there may be very many. */
  list(directory: string): Iterable<DirectoryEntry>;
  /** The bytes of a file, never more than `limit` of them, in memory of their own: the caller may give it back. */
  read(path: string, limit: number): Buffer<ArrayBuffer>;
  /** What a link says; `undefined` when the path is no link, `false` when nothing has that name. */
  linkTarget(path: string): string | undefined | false;
  /**
   * Tells of changes in a directory (never of a file: after a rename a watch on a file is deaf), by the name of what
   * changed, `undefined` where the system does not say. The result ends it.
   */
  watch(directory: string, onChange: (name: string | undefined) => void, onError: (error: unknown) => void): () => void;
}

export const nodeFileSystem: FileSystem = {
  status(path) {
    const status = statSync(path, { bigint: true });
    const identity = `${status.dev.toString(36)}:${status.ino.toString(36)}`;
    return {
      kind: status.isFile() ? 'file' : status.isDirectory() ? 'directory' : 'other',
      identity,
      stamp: `${identity}:${status.size.toString(36)}:${status.mtimeNs.toString(36)}:${status.ctimeNs.toString(36)}`,
      size: Number(status.size),
      modifiedMs: Number(status.mtimeMs),
    };
  },
  *list(directory) {
    const entries = opendirSync(directory, { bufferSize: entriesAtATime });
    try {
      for (let entry = entries.readSync(); entry; entry = entries.readSync())
        yield { name: entry.name, isLink: entry.isSymbolicLink(), isDirectory: entry.isDirectory() };
    } finally {
      entries.closeSync();
    }
  },
  read(path, limit) {
    const descriptor = openSync(path, 'r');
    try {
      return readUpTo(descriptor, limit);
    } finally {
      closeSync(descriptor);
    }
  },
  linkTarget(path) {
    try {
      return readlinkSync(path);
    } catch (error) {
      return errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR' ? false : undefined;
    }
  },
  watch(directory, onChange, onError) {
    const watcher = watch(directory, { persistent: false }, (_event, name) => onChange(name ?? undefined));
    watcher.on('error', onError);
    return () => watcher.close();
  },
};

const entriesAtATime = 256;
const minReadBytes = 4096;

/** The file may grow while it is read, and some have no size: what the system says is only where to begin. */
function readUpTo(descriptor: number, limit: number): Buffer<ArrayBuffer> {
  let buffer = Buffer.allocUnsafeSlow(Math.min(limit, Math.max(fstatSync(descriptor).size, minReadBytes) + 1));
  let length = 0;
  for (;;) {
    const room = Math.min(buffer.length, limit) - length;
    const read = room > 0 ? readSync(descriptor, buffer, length, room, null) : 0;
    length += read;
    if (length >= limit || (read === 0 && room > 0)) return buffer.subarray(0, length);
    if (length === buffer.length) {
      const larger = Buffer.allocUnsafeSlow(buffer.length * 2);
      buffer.copy(larger, 0, 0, length);
      buffer = larger;
    }
  }
}
