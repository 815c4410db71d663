import { PackedTexts } from '../../collections/packed-texts.ts';
import { TextIndex } from '../../collections/text-index.ts';
import { objectKey, type RegistryObject } from '../model/object.ts';
import { ObjectCodec } from './object-codec.ts';

/** Objects by their IDs, for indexes that refer to objects. */
export interface NumberedObjects {
  /** -1 where there is none with this key. */
  idOf(object: RegistryObject): number;
  objectOf(id: number): RegistryObject;
}

/** Objects that are kept on the heap at most, of each of two kinds: a few megabytes. */
const maxCached = 4096;

/**
 * All objects as text outside of the heap, by their keys: 150 octets for a ServiceEntry with one host. An object is decoded
 * when it is read, so two that are read for one key need not be the same one.
 *
 *     key ─► hash ─► IDs ─► text ─► object
 */
export class PackedObjects implements NumberedObjects {
  readonly #codec = new ObjectCodec();
  readonly #texts = new PackedTexts();
  /** By key. */
  readonly #ids = new TextIndex();
  /** Objects that were added since the last `endBatch`, for as long as there are not too many. */
  #added = new Map<number, RegistryObject>();
  /** Objects that were decoded lately: what a change concerns is read several times. */
  #decoded = new Map<number, RegistryObject>();

  get size(): number {
    return this.#texts.size;
  }

  get(key: string): RegistryObject | undefined {
    const id = this.#find(key);
    return id === undefined ? undefined : this.objectOf(id);
  }

  idOf(object: RegistryObject): number {
    return this.#find(objectKey(object)) ?? -1;
  }

  objectOf(id: number): RegistryObject {
    const cached = this.#added.get(id) ?? this.#decoded.get(id);
    if (cached) return cached;
    const object = this.#codec.decode(this.#texts.get(id));
    if (this.#decoded.size >= maxCached) this.#decoded = new Map();
    this.#decoded.set(id, object);
    return object;
  }

  /** Adds an object whose key no other has. Returns its ID. */
  add(object: RegistryObject): number {
    const id = this.#texts.add(this.#codec.encode(object));
    this.#ids.add(objectKey(object), id);
    if (this.#added.size >= maxCached) this.endBatch();
    this.#added.set(id, object);
    return id;
  }

  /** Deletes the object with this key; there must be one. */
  delete(object: RegistryObject): void {
    const id = this.idOf(object);
    this.#ids.delete(objectKey(object), id);
    this.#texts.delete(id);
    this.#added.delete(id);
    this.#decoded.delete(id);
  }

  #find(key: string): number | undefined {
    return this.#ids.get(key).find((id) => objectKey(this.objectOf(id)) === key);
  }

  /**
   * Lets go of the objects that were added. They may keep more in memory than they show, for a part of a text keeps the whole
   * text, which may be that of a file.
   */
  endBatch(): void {
    // A map that is cleared lets its old contents, if they are in the old generation, keep the new ones there.
    this.#added = new Map();
  }

  /** All of them. Of those that are added or deleted meanwhile some are among them. */
  *all(): Iterable<RegistryObject> {
    for (const id of this.#texts.ids()) yield this.#codec.decode(this.#texts.get(id));
  }
}
