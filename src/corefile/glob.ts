import { isAbsolute, join } from 'node:path';
import type { CorefileFiles } from './files.ts';

/** The text is a pattern and not a plain name. */
export function isGlob(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

/** Why a pattern cannot be used, or `undefined`. More wildcards could take very long on a large directory tree. */
export function refuseGlob(pattern: string): string | undefined {
  if (pattern.includes('[')) return `'[' is not supported`;
  for (const wildcard of ['*', '?']) {
    if (pattern.split(wildcard).length > 2) return `at most one '${wildcard}' may stand in it`;
  }
  return undefined;
}

/**
 * The paths that match a pattern, sorted within each directory as Go's `filepath.Glob` does; `*` and `?` match no
 * slash. A relative pattern starts at `directory`. Directories that cannot be listed match nothing.
 * Differs on purpose: a wildcard matches no name that begins with two dots. A mounted ConfigMap has such directories
 * (`..data`) beside its files, and `import *` there could never work.
 */
export function glob(pattern: string, directory: string, files: CorefileFiles): string[] {
  let paths = [isAbsolute(pattern) ? '/' : directory];
  for (const part of pattern.split('/')) {
    if (part === '' || part === '.') continue;
    paths = part === '..' ? paths.map((path) => join(path, '..')) : paths.flatMap((path) => matches(path, part, files));
  }
  return paths;
}

function matches(directory: string, part: string, files: CorefileFiles): string[] {
  let names: string[];
  try {
    names = files.list(directory);
  } catch {
    return [];
  }
  const test = toRegExp(part);
  const wild = isGlob(part);
  return names
    .filter((name) => test.test(name) && !(wild && name.startsWith('..')))
    .sort()
    .map((name) => join(directory, name));
}

function toRegExp(part: string): RegExp {
  const source = part.replace(/[\\^$.*+?()[\]{}|]/g, (character) => {
    if (character === '*') return '[^/]*';
    if (character === '?') return '[^/]';
    return `\\${character}`;
  });
  return new RegExp(`^${source}$`, 'su');
}
