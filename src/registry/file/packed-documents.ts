import { memoryOf, PackedList, type PackedListParts } from '../packed-list.ts';
import type { Rejection } from '../rejection.ts';
import type { Claim, FilePlace, LoadedDocument } from './document.ts';

const noRejections: readonly Rejection[] = [];
const noClaims: readonly Claim[] = [];
/** No path and no JSON without escapes holds it. */
const separator = '\0';
/** Stands for the label of an item of a list that is a document by itself. */
const sameIndex = '=';
/** Of each document: its line, and its offset in the file. */
const numbersEach = 2;

function usualLabel(index: number): string {
  return ` items[${index}]`;
}

/** Documents that were read anew, as another thread can have them. */
export interface DocumentParts {
  readonly list: PackedListParts;
  readonly numbers: Uint32Array<ArrayBuffer>;
  readonly objects: PackedListParts;
  readonly rejections: ReadonlyMap<number, readonly Rejection[]>;
}

/** What to name when the parts are posted: else they are copied. */
export function memoryOfDocuments({ list, numbers, objects }: DocumentParts): ArrayBuffer[] {
  return [...memoryOf(list), numbers.buffer, ...memoryOf(objects)];
}

/**
 * The documents of a file in their order, as text outside of the heap: there may be a million of them. Until `settle`
 * documents that were read anew know their objects.
 */
export class PackedDocuments {
  readonly place: FilePlace;
  /**
   * The hash and the claims of each: key, item and label. Where there is one claim, of what the document is itself, no more than
   * the key; and a separator behind that, where it is no item of a list.
   */
  readonly #list: PackedList;
  #numbers: Uint32Array<ArrayBuffer>;
  /** Texts of the objects, for documents that were read anew; shorter than the list where those at the end have none. */
  #objects: PackedList | undefined;
  readonly #rejections: Map<number, readonly Rejection[]>;

  constructor(place: FilePlace, parts?: DocumentParts) {
    this.place = place;
    this.#list = new PackedList(parts?.list);
    this.#numbers = parts?.numbers ?? new Uint32Array(16 * numbersEach);
    this.#objects = new PackedList(parts?.objects);
    this.#rejections = new Map(parts?.rejections);
  }

  /** Only before `settle`; must not be used itself any more when these have been handed over. */
  get parts(): DocumentParts {
    return {
      list: this.#list.parts,
      numbers: this.#numbers,
      objects: this.#objects!.parts,
      rejections: this.#rejections,
    };
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
    const index = this.#list.length;
    const usual = usualLabel(index);
    const [first] = claims;
    let fields = hash;
    let texts = first?.text ?? '';
    if (first && claims.length === 1 && first.item === 0 && (first.label === usual || first.label === '')) {
      fields += separator + first.key + (first.label === '' ? separator : '');
    } else {
      for (const [i, { key, item, label, text = '' }] of claims.entries()) {
        fields += [separator + key, item, label === usual ? sameIndex : label].join(separator);
        if (i > 0) texts += separator + text;
      }
    }
    if (rejections.length > 0) this.#rejections.set(index, rejections);
    this.#list.push(fields);
    this.#objects!.push(texts);
    this.#keepNumbers(index, line, position);
  }

  at(index: number): LoadedDocument {
    const fields = this.#list.at(index);
    const hashEnd = fields.indexOf(separator);
    return {
      place: this.place,
      hash: hashEnd < 0 ? fields : fields.slice(0, hashEnd),
      line: this.#numbers[index * numbersEach]!,
      position: this.positionAt(index),
      claims: hashEnd < 0 ? noClaims : this.#claimsOf(fields.slice(hashEnd + 1), index),
      rejections: this.#rejections.get(index) ?? noRejections,
    };
  }

  /** The hash alone, and the offset: they are compared more often than the rest is asked for. */
  hashAt(index: number): string {
    const fields = this.#list.at(index);
    const end = fields.indexOf(separator);
    return end < 0 ? fields : fields.slice(0, end);
  }

  positionAt(index: number): number {
    return this.#numbers[index * numbersEach + 1]!;
  }

  /** `PATH:LINE` of an object, and ` items[3]` in a list: of one that has a claim. */
  originOf(position: number, item: number): string {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.positionAt(middle) < position) low = middle + 1;
      else high = middle;
    }
    const { line, claims } = this.at(low);
    return `${this.place.path}:${line}${claims.find((claim) => claim.item === item)?.label ?? ''}`;
  }

  /** Those from one index to before another, each made when it is asked for. */
  *range(from: number, to: number): Iterable<LoadedDocument> {
    for (let index = from; index < Math.min(to, this.length); index++) yield this.at(index);
  }

  /** Somebody else has the objects now. */
  settle(): void {
    this.#objects?.release();
    this.#objects = undefined;
  }

  #claimsOf(fields: string, index: number): Claim[] {
    const keyEnd = fields.indexOf(separator);
    const texts = this.#objects?.at(index);
    if (keyEnd < 0) return [{ key: fields, item: 0, label: usualLabel(index), text: present(texts) }];
    if (keyEnd === fields.length - 1)
      return [{ key: fields.slice(0, keyEnd), item: 0, label: '', text: present(texts) }];
    const each = fields.split(separator);
    const textOfEach = texts?.split(separator);
    const claims: Claim[] = [];
    for (let i = 0; i < each.length; i += 3) {
      const label = each[i + 2]!;
      claims.push({
        key: each[i]!,
        item: Number(each[i + 1]),
        label: label === sameIndex ? usualLabel(index) : label,
        text: present(textOfEach?.[i / 3]),
      });
    }
    return claims;
  }

  #keepNumbers(index: number, line: number, position: number): void {
    if ((index + 1) * numbersEach > this.#numbers.length) {
      const numbers = new Uint32Array(this.#numbers.length * 2);
      numbers.set(this.#numbers);
      this.#numbers = numbers;
    }
    this.#numbers[index * numbersEach] = line;
    this.#numbers[index * numbersEach + 1] = position;
  }
}

/** The sink has the object of a claim that has no text. */
function present(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
