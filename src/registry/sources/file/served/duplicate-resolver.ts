import { randomInt } from 'node:crypto';
import type { RegistryObject } from '../../../model/object.ts';
import { objectOfText, partsOfKey, textOfObject } from '../../../store/object-text.ts';
import { PackedMap } from '../../../../collections/packed-map.ts';
import { RareMap } from '../../../../collections/rare-map.ts';
import type { Rejection } from '../../../model/rejection.ts';
import type { Change } from '../../source.ts';
import { TextMap } from '../../../../collections/text-map.ts';
import { compareClaims, type Claim, type ClaimPlace, type FilePlace, type LoadedDocument } from '../declaration.ts';
import { sameObject } from '../../same-object.ts';

/** A rejection with the file that it counts for, and the hash of its document. */
export interface FileRejection {
  readonly file: string;
  readonly hash: string;
  readonly rejection: Rejection;
}

/** One claim on a key. The first one's object is with the sink, or about to be told; of the others it is kept here. */
interface Held extends ClaimPlace {
  readonly text: string;
}

/** The object of a claim that is first: `told` where the sink has it already. */
type Winner = { readonly text: string } | 'told' | 'gone';

/**
 * Who claims which key. The first claim is served, the others wait for it to go. Objects that are served are not kept,
 * for the sink has them.
 */
export class Ledger {
  readonly #told: (key: string) => RegistryObject | undefined;
  readonly #originOf: (claim: ClaimPlace) => string;
  /** Key → its claim, where there is but one: `FILE POSITION ITEM`. */
  readonly #claims = new PackedMap();
  readonly #places: (FilePlace | undefined)[] = [];
  readonly #freeNumbers: number[] = [];
  readonly #placeNumbers = new Map<string, number>();
  /** The place that was asked for last: those of a file are one object, and come one after the other. */
  #lastPlace: { readonly place: FilePlace | undefined; readonly number: number } = { place: undefined, number: -1 };
  /** Key → its claims in order, where there are several. */
  readonly #contested = new RareMap<Held[]>();
  readonly #seed = randomInt(0x7fff_ffff);
  /** What is first on the keys that were touched since the sink was told. */
  #winners = new TextMap<Winner>(this.#seed);
  /** Objects of claims that were taken away since the sink was told: their documents may only have moved. */
  #removed = new Map<string, Winner>();

  /** `told` gives what the sink has under a key, `originOf` the path and line of a claim that was added. */
  constructor(told: (key: string) => RegistryObject | undefined, originOf: (claim: ClaimPlace) => string) {
    this.#told = told;
    this.#originOf = originOf;
  }

  add(document: LoadedDocument): void {
    for (const claim of document.claims) {
      if (this.#addOnly(document, claim)) this.#winners.set(claim.key, { text: claim.text! });
      else this.#addToOthers(document, claim);
    }
  }

  /**
   * Adds documents of one file, in their order, and gives what the sink must be told: `add` and `takeChanges` in one. Each is
   * added when its change is asked for, and of what nobody else claims nothing is remembered for that: there may be a million.
   */
  *addTelling(documents: Iterable<LoadedDocument>): Generator<Change, undefined> {
    for (const document of documents) {
      for (const claim of document.claims) {
        if (this.#winners.size > 0 || !this.#addOnly(document, claim)) {
          this.#addToOthers(document, claim);
          continue;
        }
        const change = this.#changeOf(claim.key, { text: claim.text! });
        if (change) yield change;
      }
    }
    yield* this.takeChanges();
    return undefined;
  }

  /** Documents of one file are best removed last one first: then a key that thousands of them claim costs no more. */
  remove(document: LoadedDocument): void {
    for (const claim of document.claims) {
      const { key } = claim;
      const own = { place: document.place, position: document.position, item: claim.item };
      const held = this.#held(key);
      const at = held.findLastIndex((each) => compareClaims(each, own) === 0);
      if (at < 0) continue;
      const [gone] = held.splice(at, 1) as [Held];
      const winner = at > 0 ? { text: gone.text } : (this.#winners.get(key) ?? 'told');
      if (winner !== 'told') this.#removed.set(nameOf(document, claim), winner);
      if (at === 0) {
        const [next] = held;
        this.#winners.set(key, next ? winnerOf(next) : 'gone');
        if (next) held[0] = { ...next, text: '' };
      }
      this.#keep(key, held);
    }
  }

  /**
   * What the sink must be told since the last call, what is gone last. Each change is made when it is asked for: there may be
   * very many.
   */
  takeChanges(): Generator<Change, undefined> {
    const winners = this.#winners;
    this.#winners = new TextMap<Winner>(this.#seed);
    if (this.#removed.size > 0) this.#removed = new Map();
    return this.#changesOf(winners);
  }

  *#changesOf(winners: TextMap<Winner>): Generator<Change, undefined> {
    const gone: string[] = [];
    for (const [key, winner] of winners) {
      if (winner === 'gone') gone.push(key);
      const change = winner === 'gone' ? undefined : this.#changeOf(key, winner);
      if (change) yield change;
    }
    for (const key of gone) {
      const change = this.#changeOf(key, 'gone');
      if (change) yield change;
    }
    return undefined;
  }

  #changeOf(key: string, winner: Winner): Change | undefined {
    if (winner === 'told') return undefined;
    const before = this.#told(key);
    if (winner === 'gone') {
      const { kind, namespace, name } = partsOfKey(key);
      return before && { type: 'delete', kind, namespace, name };
    }
    const object = objectOfText(key, winner.text);
    if (before && sameObject(before, object)) return undefined;
    return { type: 'upsert', object, text: winner.text, isNew: before === undefined };
  }

  /** A claim that was read anew, on a key that nobody else claims; false where it is another. */
  #addOnly({ place, position }: LoadedDocument, { key, item, text }: Claim): boolean {
    if (text === undefined || this.#claims.has(key) || this.#contested.has(key)) return false;
    this.#setOnly(key, { place, position, item });
    return true;
  }

  #addToOthers(document: LoadedDocument, claim: Claim): void {
    const { place, position } = document;
    const { key, item, text } = claim;
    const winner = text === undefined ? this.#removed.get(nameOf(document, claim)) : { text };
    const held = this.#held(key);
    const own = { place, position, item, text: '' };
    if (held.length === 0 || compareClaims(own, held[0]!) < 0) {
      if (held[0]) held[0] = { ...held[0], text: this.#textOf(key, this.#winners.get(key) ?? 'told') };
      held.unshift(own);
      this.#winners.set(key, winner ?? 'told');
    } else {
      insert(held, { ...own, text: this.#textOf(key, winner ?? 'told') });
    }
    this.#keep(key, held);
  }

  /** One rejection for each claim that another stands before, but for what is only kept; of more than so many, one that counts. */
  duplicates(limit = Infinity): FileRejection[] {
    const found: FileRejection[] = [];
    let more = 0;
    for (const [key, [first, ...others]] of this.#contested) {
      const { kind, namespace, name } = partsOfKey(key);
      const object = `${kind} ${namespace}/${name}`;
      for (const other of others) {
        if (other.place.isKept === true) continue;
        if (found.length >= limit && ++more > 0) continue;
        const message = `${this.#originOf(first!)} has the same kind, namespace and name, and is served`;
        const written = hostsAndAddressesOf(key, other.text);
        const origin = this.#originOf(other);
        const rejection = { reason: 'duplicate', object, field: '', message, origin, written, isWhole: true } as const;
        found.push({ file: other.place.path, hash: '', rejection });
      }
    }
    const { file = '' } = found.at(-1) ?? {};
    const message = `${more} more objects stand behind others of the same kind, namespace and name`;
    const rejection = { reason: 'duplicate', object: '', field: '', message, origin: file } as const;
    return more === 0 ? found : [...found, { file, hash: '', rejection }];
  }

  /** Nobody claims anything at this place any more. */
  forget(place: FilePlace): void {
    const name = placeName(place);
    const number = this.#placeNumbers.get(name);
    if (number === undefined) return;
    this.#placeNumbers.delete(name);
    this.#places[number] = undefined;
    this.#freeNumbers.push(number);
    this.#lastPlace = { place: undefined, number: -1 };
  }

  /** How many places are known. */
  get places(): number {
    return this.#placeNumbers.size;
  }

  #textOf(key: string, winner: Winner): string {
    if (typeof winner === 'object') return winner.text;
    const object = this.#told(key);
    return object ? textOfObject(object) : '';
  }

  #held(key: string): Held[] {
    const contested = this.#contested.get(key);
    if (contested) return contested;
    const text = this.#claims.get(key);
    if (text === undefined) return [];
    const [file, position, item] = text.split(' ').map(Number) as [number, number, number];
    return [{ place: this.#places[file]!, position, item, text: '' }];
  }

  #keep(key: string, held: Held[]): void {
    const [first, second] = held;
    if (second) this.#contested.set(key, held);
    else this.#contested.delete(key);
    if (!first || second) this.#claims.delete(key);
    else this.#setOnly(key, first);
  }

  #setOnly(key: string, { place, position, item }: ClaimPlace): void {
    this.#claims.set(key, `${this.#numberOf(place)} ${position} ${item}`);
  }

  /** Few: one for each file that there is. */
  #numberOf(place: FilePlace): number {
    if (this.#lastPlace.place === place) return this.#lastPlace.number;
    const name = placeName(place);
    let number = this.#placeNumbers.get(name);
    if (number === undefined) {
      number = this.#freeNumbers.pop() ?? this.#places.length;
      this.#places[number] = place;
      this.#placeNumbers.set(name, number);
    }
    this.#lastPlace = { place, number };
    return number;
  }
}

function placeName({ index, path, isKept }: FilePlace): string {
  return `${index}${isKept === true ? ' kept' : ''} ${path}`;
}

/** Who asks for a host of an object that is not served is told why. */
function hostsAndAddressesOf(key: string, text: string): readonly string[] {
  const object = text === '' ? undefined : objectOfText(key, text);
  return object?.kind === 'ServiceEntry' ? [...object.hosts, ...object.vips] : [];
}

/** Tells a claim wherever its document stands in its file. */
function nameOf({ place, hash }: LoadedDocument, { key, item }: Claim): string {
  return JSON.stringify([place.path, hash, item, key]);
}

function insert(claims: Held[], claim: Held): void {
  let [low, high] = [0, claims.length];
  // Most come in order.
  if (compareClaims(claims[high - 1]!, claim) < 0) low = high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareClaims(claims[middle]!, claim) < 0) low = middle + 1;
    else high = middle;
  }
  claims.splice(low, 0, claim);
}

/** Where the sink had nothing that could be kept there is nothing to tell. */
function winnerOf({ text }: Held): Winner {
  return text === '' ? 'told' : { text };
}
