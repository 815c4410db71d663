/**
 * Path patterns: `*` is any part of a name, `?` one character, and `**` as a whole element any number of directories.
 * A name that begins with a dot needs a dot in the pattern, as in a shell. `**` enters neither hidden nor linked
 * directories, so it ends.
 */
import { join } from 'node:path';
import type { Work } from '../../../../runtime/sliced-work.ts';
import type { DirectoryEntry } from '../../../../runtime/files/file-system.ts';

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
export function* expandGlob(
  base: string,
  elements: readonly string[],
  list: (directory: string) => Work<readonly DirectoryEntry[]>,
  depth = 0,
): Work<string[]> {
  const [element, ...rest] = elements;
  if (element === undefined) return [];
  if (element === '' || element === '.') return yield* expandGlob(base, rest, list, depth);
  if (element === '**') {
    const found = yield* expandGlob(base, rest.length === 0 ? ['*'] : rest, list, depth);
    if (depth === maxGlobDepth) return found;
    for (const { name, isDirectory } of yield* list(base)) {
      if (!isDirectory || name.startsWith('.')) continue;
      for (const path of yield* expandGlob(join(base, name), elements, list, depth + 1)) found.push(path);
    }
    return found;
  }
  if (!isGlob(element) && rest.length > 0) return yield* expandGlob(join(base, element), rest, list, depth);
  const found: string[] = [];
  for (const { name, isDirectory, isLink } of yield* list(base)) {
    yield;
    if (!matchesElement(name, element)) continue;
    if (rest.length === 0) {
      if (!isDirectory) found.push(join(base, name));
    } else if (isDirectory || isLink) {
      for (const path of yield* expandGlob(join(base, name), rest, list, depth)) found.push(path);
    }
  }
  return found;
}
