import { objectKey, type RegistryObject } from './object.ts';
import { objectOfText, textOfObject } from './object-text.ts';
import { PackedMap } from './packed-map.ts';

/** Objects by their numbers, for indexes that speak of objects. */
export interface NumberedObjects {
  /** -1 where there is none with this key. */
  idOf(object: RegistryObject): number;
  objectOf(id: number): RegistryObject;
}

/** A few megabytes: an object that was read lately is likely to be read again. */
const maxRecent = 2048;

/** All objects as text outside of the heap, by their keys. They are made again when they are asked for. */
export class PackedObjects implements NumberedObjects {
  readonly #texts = new PackedMap();
  /** Objects as they came, until `settle`. */
  readonly #arrived = new Map<number, RegistryObject>();
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
    const object = objectOfText(this.#texts.keyOf(id), this.#texts.valueOf(id));
    this.#recent.set(id, object);
    if (this.#recent.size >= maxRecent) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    return object;
  }

  /** Puts an object in, in place of another with its key. Returns its number. */
  put(object: RegistryObject): number {
    const id = this.#texts.set(objectKey(object), textOfObject(object));
    this.#forget(id);
    this.#arrived.set(id, object);
    return id;
  }

  delete(object: RegistryObject): void {
    const id = this.idOf(object);
    if (id < 0) return;
    this.#forget(id);
    this.#texts.delete(objectKey(object));
  }

  /**
   * The end of a batch: objects as they came are let go of. They may hold on to more than they show, for a part of a text
   * keeps the whole text in memory.
   */
  settle(): void {
    this.#arrived.clear();
  }

  /** All of them; nothing may be put in or deleted meanwhile. */
  *all(): Iterable<RegistryObject> {
    for (const [key, text] of this.#texts.entries()) yield objectOfText(key, text);
  }

  #forget(id: number): void {
    this.#arrived.delete(id);
    this.#recent.delete(id);
    this.#older.delete(id);
  }
}
