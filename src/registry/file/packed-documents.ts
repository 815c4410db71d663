import { memoryOf, PackedList, type PackedListParts } from '../packed-list.ts';
import type { Rejection } from '../rejection.ts';
import type { Claim, FilePlace, LoadedDocument } from './document.ts';

const noRejections: readonly Rejection[] = [];
/** No path and no JSON without escapes holds it. */
const separator = '\0';
/** Stands for the label of an item of a list that is a document by itself. */
const sameIndex = '=';

function usualLabel(index: number): string {
  return ` items[${index}]`;
}

/** Documents that were read anew, as another thread can have them. */
export interface DocumentParts {
  readonly list: PackedListParts;
  readonly objects: PackedListParts;
  readonly rejections: ReadonlyMap<number, readonly Rejection[]>;
}

/** What to name when the parts are posted: else they are copied. */
export function memoryOfDocuments({ list, objects }: DocumentParts): ArrayBuffer[] {
  return [...memoryOf(list), ...memoryOf(objects)];
}

/**
 * The documents of a file in their order, as text outside of the heap: there may be a million of them. Until `settle`
 * documents that were read anew know their objects.
 */
export class PackedDocuments {
  readonly place: FilePlace;
  readonly #list: PackedList;
  /** Texts of the objects, for documents that were read anew; shorter than the list where those at the end have none. */
  #objects: PackedList | undefined;
  readonly #rejections: Map<number, readonly Rejection[]>;

  constructor(place: FilePlace, parts?: DocumentParts) {
    this.place = place;
    this.#list = new PackedList(parts?.list);
    this.#objects = new PackedList(parts?.objects);
    this.#rejections = new Map(parts?.rejections);
  }

  /** Only before `settle`; must not be used itself any more when these have been handed over. */
  get parts(): DocumentParts {
    return { list: this.#list.parts, objects: this.#objects!.parts, rejections: this.#rejections };
  }

  get length(): number {
    return this.#list.length;
  }

  /** What is left out of all of them. */
  get rejections(): readonly Rejection[] {
    return [...this.#rejections.values()].flat();
  }

  /** Only before `settle`. */
  push({ hash, line, position, claims, rejections }: LoadedDocument): void {
    const labelAt = String(line).length;
    const usual = usualLabel(this.#list.length);
    let fields = `${hash}${separator}${line}${separator}${position}`;
    let texts = '';
    for (const [i, { key, item, where, text = '' }] of claims.entries()) {
      const label = where.slice(labelAt);
      fields += `${separator}${item}${separator}${key}${separator}${label === usual ? sameIndex : label}`;
      texts += i === 0 ? text : separator + text;
    }
    if (rejections.length > 0) this.#rejections.set(this.#list.length, rejections);
    this.#list.push(fields);
    this.#objects!.push(texts);
  }

  at(index: number): LoadedDocument {
    const fields = this.#list.at(index).split(separator);
    const [hash, line, position] = fields as [string, string, string];
    const texts = fields.length > 3 ? this.#objects?.at(index).split(separator) : undefined;
    const claims: Claim[] = [];
    for (let i = 3; i < fields.length; i += 3) {
      const label = fields[i + 2]!;
      const text = texts?.[i / 3 - 1] ?? '';
      const where = line + (label === sameIndex ? usualLabel(index) : label);
      claims.push({ key: fields[i + 1]!, item: Number(fields[i]), where, text: text === '' ? undefined : text });
    }
    const rejections = this.#rejections.get(index) ?? noRejections;
    return { place: this.place, hash, line: Number(line), position: Number(position), claims, rejections };
  }

  /** Somebody else has the objects now. */
  settle(): void {
    this.#objects?.release();
    this.#objects = undefined;
  }
}
