import { objectKey, type RegistryObject } from '../model/object.ts';
import { objectOfText, textOfObject } from './object-text.ts';
import { PackedMap } from '../../collections/packed-map.ts';

/** Objects by their numbers, for indexes that speak of objects. */
export interface NumberedObjects {
  /** -1 where there is none with this key. */
  idOf(object: RegistryObject): number;
  objectOf(id: number): RegistryObject;
}

/** A few megabytes: an object that was read lately is likely to be read again. */
const maxRecent = 2048;
/** As many of a batch are kept as they came; of a larger one, a file that was rewritten, the others are read again. */
const maxArrived = 4096;
/** Paths of files that are kept once for all the objects in them. */
const maxPaths = 4096;

/** All objects as text outside of the heap, by their keys. They are made again when they are asked for. */
export class PackedObjects implements NumberedObjects {
  readonly #texts = new PackedMap();
  readonly #paths: string[] = [];
  readonly #pathNumbers = new Map<string, number>();
  /** How many objects have each path, and the numbers that none has any more. */
  readonly #pathUses: number[] = [];
  readonly #freePaths: number[] = [];
  /** The path that was asked for last, and its number as text: objects of a file come one after the other. */
  #lastPath = '';
  #lastNumber = '';
  /** Objects as they came, until `settle` or until there are too many. */
  #arrived = new Map<number, RegistryObject>();
  /** Objects that were made lately, and those before them. */
  #recent = new Map<number, RegistryObject>();
  #older = new Map<number, RegistryObject>();

  get size(): number {
    return this.#texts.size;
  }

  get(key: string): RegistryObject | undefined {
    const id = this.#texts.idOf(key);
    return id < 0 ? undefined : this.objectOf(id);
  }

  idOf(object: RegistryObject): number {
    return this.#texts.idOf(objectKey(object));
  }

  objectOf(id: number): RegistryObject {
    const known = this.#arrived.get(id) ?? this.#recent.get(id) ?? this.#older.get(id);
    if (known) return known;
    const object = objectOfText(this.#texts.keyOf(id), this.#longOf(this.#texts.valueOf(id)));
    this.#recent.set(id, object);
    if (this.#recent.size >= maxRecent) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    return object;
  }

  /** Puts an object in, in place of another with its key; `text` is `textOfObject` of it. Returns its number. */
  put(object: RegistryObject, text: string = textOfObject(object)): number {
    const id = this.#texts.set(objectKey(object), this.#shortOf(text, object.meta.origin.text));
    this.#forget(id);
    if (this.#arrived.size >= maxArrived) this.settle();
    this.#arrived.set(id, object);
    return id;
  }

  delete(object: RegistryObject): void {
    const id = this.idOf(object);
    if (id < 0) return;
    this.#forget(id);
    this.#releasePath(this.#texts.valueOf(id));
    this.#texts.delete(objectKey(object));
  }

  /**
   * The end of a batch: objects as they came are let go of. They may hold on to more than they show, for a part of a text
   * keeps the whole text in memory.
   */
  settle(): void {
    // A map that is cleared lets its old contents, if they are in the old generation, keep the new ones there.
    this.#arrived = new Map();
  }

  /** All of them; nothing may be put in or deleted meanwhile. */
  *all(): Iterable<RegistryObject> {
    for (const [key, text] of this.#texts.entries()) yield objectOfText(key, this.#longOf(text));
  }

  /** A text begins with an origin, and that of an object in a file with its path: `3:LINE` is kept, `:` before any other. */
  #shortOf(text: string, origin: string): string {
    const end = origin.lastIndexOf(':');
    if (end < 0) return `:${text}`;
    if (end !== this.#lastPath.length || !origin.startsWith(this.#lastPath)) {
      this.#lastPath = origin.slice(0, end);
      this.#lastNumber = String(this.#numberOf(this.#lastPath) ?? '');
    }
    if (this.#lastNumber === '') return `:${text}`;
    this.#pathUses[Number(this.#lastNumber)]!++;
    return this.#lastNumber + text.slice(end);
  }

  #longOf(text: string): string {
    const end = text.indexOf(':');
    return end === 0 ? text.slice(1) : this.#paths[Number(text.slice(0, end))]! + text.slice(end);
  }

  #numberOf(path: string): number | undefined {
    const known = this.#pathNumbers.get(path);
    if (known !== undefined) return known;
    if (this.#freePaths.length === 0 && this.#paths.length === maxPaths) return undefined;
    const number = this.#freePaths.pop() ?? this.#paths.length;
    this.#paths[number] = path;
    this.#pathUses[number] = 0;
    this.#pathNumbers.set(path, number);
    return number;
  }

  /** Gives a path back with the last object that has it: files come and go. `text` is that of the object, as it is kept. */
  #releasePath(text: string): void {
    const end = text.indexOf(':');
    if (end === 0) return;
    const number = Number(text.slice(0, end));
    if (--this.#pathUses[number]! > 0) return;
    const path = this.#paths[number]!;
    this.#pathNumbers.delete(path);
    this.#freePaths.push(number);
    if (this.#lastPath === path) this.#lastPath = this.#lastNumber = '';
  }

  #forget(id: number): void {
    this.#arrived.delete(id);
    this.#recent.delete(id);
    this.#older.delete(id);
  }
}
