import { readdirSync, readFileSync, statSync } from 'node:fs';

/**
 * The file access that imports need. Paths are absolute or relative to the working directory.
 * `readFile` and `list` throw when there is no such file or directory, with `code: 'ENOENT'` as node:fs does;
 * `isDirectory` gives false then.
 */
export interface CorefileFiles {
  readFile(path: string): string;
  /** The names in a directory, in any order. */
  list(directory: string): string[];
  isDirectory(path: string): boolean;
}

/** `CorefileFiles` over the disk. Blocks: a Corefile is read at start and at reload only. */
export const diskFiles: CorefileFiles = Object.freeze({
  readFile: (path: string) => readFileSync(path, 'utf8'),
  list: (directory: string) => readdirSync(directory),
  isDirectory: (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
});
