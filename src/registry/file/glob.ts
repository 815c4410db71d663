/**
 * Path patterns: `*` is any part of a name, `?` one character, and `**` as a whole element any number of directories.
 * A name that begins with a dot must be asked for by a dot, as in a shell. `**` enters neither hidden nor linked
 * directories, so it ends.
 */
import { join } from 'node:path';
import type { DirectoryEntry } from './file-system.ts';

/** How deep `**` looks. */
const maxGlobDepth = 16;

export function isGlob(path: string): boolean {
  return /[*?]/.test(path);
}

/** The directory before the first element with a pattern, and the elements from there on. */
export function splitGlob(pattern: string): { base: string; elements: string[] } {
  const elements = pattern.split('/');
  const first = elements.findIndex(isGlob);
  const base = elements.slice(0, first).join('/');
  return { base: base === '' ? (pattern.startsWith('/') ? '/' : '.') : base, elements: elements.slice(first) };
}

/** Whether one name fits one element. Time is at most name × element, whatever the pattern. */
export function matchesElement(name: string, element: string): boolean {
  if (name.startsWith('.') && !element.startsWith('.')) return false;
  let [n, e, star, resume] = [0, 0, -1, 0];
  while (n < name.length) {
    if (element[e] === '*') {
      star = e++;
      resume = n;
    } else if (e < element.length && (element[e] === '?' || element[e] === name[n])) {
      e++;
      n++;
    } else if (star >= 0) {
      e = star + 1;
      n = ++resume;
    } else return false;
  }
  while (element[e] === '*') e++;
  return e === element.length;
}

/**
 * The paths that fit `elements` below `base`, unordered and perhaps more than once. `list` gives a directory's entries,
 * or none where it cannot be read; it is called for every directory that decides about a match.
 */
export function expandGlob(
  base: string,
  elements: readonly string[],
  list: (directory: string) => readonly DirectoryEntry[],
  depth = 0,
): string[] {
  const [element, ...rest] = elements;
  if (element === undefined) return [];
  if (element === '' || element === '.') return expandGlob(base, rest, list, depth);
  if (element === '**') {
    const found = expandGlob(base, rest.length === 0 ? ['*'] : rest, list, depth);
    if (depth === maxGlobDepth) return found;
    const below = list(base).filter((entry) => entry.isDirectory && !entry.name.startsWith('.'));
    return found.concat(...below.map((entry) => expandGlob(join(base, entry.name), elements, list, depth + 1)));
  }
  if (!isGlob(element) && rest.length > 0) return expandGlob(join(base, element), rest, list, depth);
  const entries = list(base).filter((entry) => matchesElement(entry.name, element));
  if (rest.length === 0) return entries.filter((entry) => !entry.isDirectory).map((entry) => join(base, entry.name));
  const directories = entries.filter((entry) => entry.isDirectory || entry.isLink);
  return directories.flatMap((entry) => expandGlob(join(base, entry.name), rest, list, depth));
}
