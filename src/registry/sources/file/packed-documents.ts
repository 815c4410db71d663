import { memoryOf, PackedList, type PackedListParts } from '../../../collections/packed-list.ts';
import type { Rejection } from '../../model/rejection.ts';
import type { Claim, FilePlace, LoadedDocument } from './declaration.ts';
import { moveDocument } from './text/read-document.ts';

const noRejections: readonly Rejection[] = [];
const noClaims: readonly Claim[] = [];
/** No path and no JSON without escapes holds it. */
const separator = '\0';
/** Stands for the label of an item of a list that is a document by itself. */
const sameIndex = '=';
/** So many rejections of a file are kept; one more tells how many others there are. */
export const maxRejectionsPerFile = 10_000;
/** Of each document: its line, and its offset in the file. */
const numbersEach = 2;

function usualLabel(index: number): string {
  return ` items[${index}]`;
}

/** Documents that were read anew, some or all of a file, as another thread can have them. */
export interface DocumentParts {
  readonly list: PackedListParts;
  readonly numbers: Uint32Array<ArrayBuffer>;
  readonly objects: PackedListParts;
  readonly rejections: ReadonlyMap<number, readonly Rejection[]>;
  readonly faults: Faults;
}

/** Of which objects a file may hold no more what it should. */
export interface Faults {
  /** Rejections that are not kept. */
  dropped: number;
  /** A part of it is no object that could be told from others. */
  isAnyLost: boolean;
  /** Keys of objects that are left out whole. */
  readonly lostKeys: Set<string>;
}

/** What to name when the parts are posted: else they are copied. */
export function memoryOfDocuments({ list, numbers, objects }: DocumentParts): ArrayBuffer[] {
  return [...memoryOf(list), numbers.buffer, ...memoryOf(objects)];
}

/**
 * The documents of a file in their order, as text outside of the heap: there may be a million of them. Until `settle`
 * documents that were read anew know their objects. A part of a file's documents is kept the same way.
 */
export class PackedDocuments {
  readonly place: FilePlace;
  /** Index in the file of what is the first document here. */
  readonly #first: number;
  /**
   * The hash and the claims of each: key, item and label. Where there is one claim, of what the document is itself, no more than
   * the key; and a separator behind that, where it is no item of a list.
   */
  readonly #list = new PackedList();
  #numbers = new Uint32Array(16 * numbersEach);
  /** Texts of the objects, of the documents from `settled` on. */
  #objects = new PackedList();
  #settled = 0;
  readonly #rejections = new Map<number, readonly Rejection[]>();
  #rejectionCount = 0;
  readonly #faults: Faults = { dropped: 0, isAnyLost: false, lostKeys: new Set() };

  /** `first` is the index in the file of what will be pushed first. */
  constructor(place: FilePlace, first = 0) {
    this.place = place;
    this.#first = first;
  }

  /** Only before `settle`; must not be used itself any more when these have been handed over. */
  get parts(): DocumentParts {
    return {
      list: this.#list.parts,
      numbers: this.#numbers,
      objects: this.#objects.parts,
      rejections: this.#rejections,
      faults: this.#faults,
    };
  }

  /** A copy of what tells which documents these are, without their objects. */
  get index(): DocumentParts {
    return { ...this.parts, objects: new PackedList().parts };
  }

  /** How many parts of them are left out. */
  get rejectionCount(): number {
    return this.#rejectionCount + this.#faults.dropped;
  }

  get faults(): Readonly<Faults> {
    return this.#faults;
  }

  get length(): number {
    return this.#list.length;
  }

  /** So many have been settled; those behind them know their objects. */
  get settled(): number {
    return this.#settled;
  }

  /** What is left out of all of them, each with the hash of its document. */
  get rejections(): readonly { readonly hash: string; readonly rejection: Rejection }[] {
    const found = [...this.#rejections].flatMap(([index, each]) =>
      each.map((rejection) => ({ hash: this.hashAt(index), rejection })),
    );
    if (this.#faults.dropped === 0) return found;
    const message = `${this.#faults.dropped} more parts of this file are left out`;
    const { path } = this.place;
    return [...found, { hash: '', rejection: { reason: 'object', object: '', field: '', message, origin: path } }];
  }

  /** Whether something of the documents from one index to before another is left out. */
  isRejected(from: number, to: number): boolean {
    if (this.#rejections.size > 0) for (let at = from; at < to; at++) if (this.#rejections.has(at)) return true;
    return false;
  }

  /** The index behind the last part of the document whose first is here. */
  endOfDocument(index: number): number {
    const position = this.positionAt(index);
    let end = index + 1;
    while (end < this.length && this.positionAt(end) === position) end++;
    return end;
  }

  push({ hash, line, position, claims, rejections }: LoadedDocument): void {
    const index = this.#list.length;
    const usual = usualLabel(this.#first + index);
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
    if (rejections.length > 0) this.#reject(index, claims, rejections);
    this.#list.push(fields);
    this.#objects.push(texts);
    this.#reserve(index + 1);
    this.#numbers[index * numbersEach] = line;
    this.#numbers[index * numbersEach + 1] = position;
  }

  /** Puts a document of another reading of the file behind these, so much further down. */
  copy(from: PackedDocuments, index: number, lines: number, octets: number): void {
    const document = moveDocument(from.at(index), lines, octets);
    if (document.rejections.length === 0 && from.isRejected(index, index + 1)) {
      this.#rejections.set(this.length, noRejections);
      this.#faults.dropped++;
      this.#faults.isAnyLost = true;
    }
    this.push(document);
  }

  /** Puts the documents that follow these in the file behind them; their memory is these documents' from then on. */
  append({ list, numbers, objects, rejections, faults }: DocumentParts): void {
    const { length } = this;
    this.#reserve(length + list.length);
    this.#numbers.set(numbers.subarray(0, list.length * numbersEach), length * numbersEach);
    this.#list.append(list);
    this.#objects.append(objects);
    for (const [index, each] of rejections) this.#keep(length + index, each);
    this.#faults.dropped += faults.dropped;
    this.#faults.isAnyLost ||= faults.isAnyLost;
    for (const key of faults.lostKeys) this.#faults.lostKeys.add(key);
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

  lineAt(index: number): number {
    return this.#numbers[index * numbersEach]!;
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
    const { line } = this.at(low);
    for (const end = this.endOfDocument(low); low < end; low++) {
      const claim = this.at(low).claims.find((each) => each.item === item);
      if (claim) return `${this.place.path}:${line}${claim.label}`;
    }
    return `${this.place.path}:${line}`;
  }

  /** Those from one index to before another, each made when it is asked for. */
  *range(from: number, to: number): Iterable<LoadedDocument> {
    for (let index = from; index < Math.min(to, this.length); index++) yield this.at(index);
  }

  /** Somebody else has the objects of all that are here now. */
  settle(): void {
    this.#objects.release();
    this.#objects = new PackedList();
    this.#settled = this.length;
  }

  #reject(index: number, claims: readonly Claim[], rejections: readonly Rejection[]): void {
    const { lostKeys } = this.#faults;
    for (const { object, field } of rejections) {
      // KIND NAMESPACE/NAME
      const key = object.replace(' ', '/');
      const isNameless = object === '' || field === 'metadata.name' || field === 'metadata.namespace';
      if (isNameless || lostKeys.size >= maxRejectionsPerFile) this.#faults.isAnyLost = true;
      else if (!claims.some((claim) => claim.key === key)) lostKeys.add(key);
    }
    this.#keep(index, rejections);
  }

  #keep(index: number, rejections: readonly Rejection[]): void {
    const kept = rejections.slice(0, maxRejectionsPerFile - this.#rejectionCount);
    this.#faults.dropped += rejections.length - kept.length;
    this.#rejectionCount += kept.length;
    this.#rejections.set(index, kept);
  }

  #claimsOf(fields: string, index: number): Claim[] {
    const keyEnd = fields.indexOf(separator);
    const texts = index < this.#settled ? undefined : this.#objects.at(index - this.#settled);
    const usual = usualLabel(this.#first + index);
    if (keyEnd < 0) return [{ key: fields, item: 0, label: usual, text: present(texts) }];
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
        label: label === sameIndex ? usual : label,
        text: present(textOfEach?.[i / 3]),
      });
    }
    return claims;
  }

  #reserve(length: number): void {
    if (length * numbersEach <= this.#numbers.length) return;
    const numbers = new Uint32Array(Math.max(length * numbersEach, this.#numbers.length * 2));
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }
}

/** The sink has the object of a claim that has no text. */
function present(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
