import { isAbsolute, join } from 'node:path';
import type { ParseContext } from './plugin.ts';

/** A path as the Corefile means it: a relative one begins at the directory that `root` of the server block names. */
export function filePath(path: string, { root }: Pick<ParseContext, 'root'>): string {
  return root === '' || path === '' || isAbsolute(path) ? path : join(root, path);
}
