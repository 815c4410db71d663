import { dirname, isAbsolute, join, parse, resolve } from 'node:path';
import type { FileSystem } from './file-system.ts';

/** A chain of links longer than this is a circle. */
const maxLinks = 40;

/** Directories to watch, each with the names that matter in it; `undefined` where all do. */
export class WatchPoints {
  readonly #fileSystem: FileSystem;
  readonly directories = new Map<string, Set<string> | undefined>();

  constructor(fileSystem: FileSystem) {
    this.#fileSystem = fileSystem;
  }

  /** Every change in this directory matters. */
  addDirectory(directory: string): void {
    this.directories.set(resolve(directory), undefined);
  }

  /**
   * Everything that decides what a path means: the place of each link on the way, `..data` of a ConfigMap among them,
   * the place of the file at the end, or of the first element that is missing.
   */
  addPath(path: string): void {
    let remaining = resolve(path);
    let links = 0;
    let { at, elements } = split(remaining);
    for (let index = 0; index < elements.length; index++) {
      const element = elements[index]!;
      const isLast = index === elements.length - 1;
      const target = this.#fileSystem.linkTarget(join(at, element));
      if (target !== undefined || isLast) this.#add(at, element);
      if (target === false) return;
      if (target === undefined) {
        at = join(at, element);
        continue;
      }
      if (++links > maxLinks) return;
      remaining = join(isAbsolute(target) ? target : join(at, target), ...elements.slice(index + 1));
      ({ at, elements } = split(remaining));
      index = -1;
    }
  }

  #add(directory: string, name: string): void {
    if (!this.directories.has(directory)) this.directories.set(directory, new Set([name]));
    else this.directories.get(directory)?.add(name);
  }
}

function split(path: string): { at: string; elements: string[] } {
  const { root } = parse(path);
  return { at: root, elements: path.slice(root.length).split(/[/\\]/).filter(Boolean) };
}

/** The parent of a path, for a path without one the working directory. */
export function parentOf(path: string): string {
  return dirname(resolve(path));
}
