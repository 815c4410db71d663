import { rrType } from '../wire/codes.ts';
import { formatName } from '../wire/name.ts';
import type { ResourceRecord } from '../wire/reply-records.ts';
import { isAtOrBelow } from '../wire/zone-text.ts';
import { decodeOwnership, ownedBy } from './ownership.ts';
import { decodeData } from './record-data.ts';
import { canonicalData, keptTypes, keyOfSet, typeCodes, type KeptType, type RecordSet } from './record-set.ts';

/** An RRset that is ours by its ownership record. */
export interface OwnedSet extends RecordSet {
  readonly resource: string;
  /** RDATA of all TXT records at its ownership name, a character for each octet. Others may have some there. */
  readonly texts: readonly string[];
  /** That of `texts` which is ours. */
  readonly ownText: string;
}

/** What is known of a zone: as it was transferred, with our own changes since. */
export class ZoneContents {
  /** Absolute, lower-case. */
  readonly zone: string;
  /** By `keyOfSet`. One without data is an ownership record whose RRset is gone. */
  readonly owned = new Map<string, OwnedSet>();
  /** Keys of RRsets that are not ours, or have the mark of another owner: of the types that we write. */
  readonly foreign = new Set<string>();
  /** Names with records of types that we do not write, beside which there can be no CNAME. */
  readonly occupied = new Set<string>();
  /** Names below the apex with NS or DNAME: what is below them, and at those with NS, is not answered from here. */
  readonly cuts = new Map<string, 'NS' | 'DNAME'>();

  constructor(zone: string) {
    this.zone = zone;
  }

  /** Whether a name belongs to another zone, or to nobody. */
  isCut(name: string): boolean {
    if (this.cuts.size === 0) return false;
    for (let at = name; at !== this.zone && isAtOrBelow(at, this.zone); at = at.slice(at.indexOf('.') + 1)) {
      const cut = this.cuts.get(at);
      if (cut === 'NS' || (cut === 'DNAME' && at !== name)) return true;
    }
    return false;
  }
}

interface SetDraft {
  readonly name: string;
  readonly type: KeptType;
  readonly ttl: number;
  readonly data: string[];
}

interface MarkDraft {
  readonly texts: string[];
  /** Ours, with what it says. */
  own: { readonly text: string; readonly resource: string } | undefined;
  /** Somebody else says that it is theirs. */
  isOfOthers: boolean;
}

/** What may stand beside a CNAME (RFC 4034 section 2.5, RFC 2181 section 10.1): a signed zone has them at all names. */
const besideAlias: readonly number[] = [rrType.RRSIG, rrType.NSEC];

const typesByCode = new Map(keptTypes.map((type) => [typeCodes[type], type]));

/** Makes the contents of a zone of the records of a transfer. */
export class ZoneReader {
  readonly #contents: ZoneContents;
  readonly #owner: string;
  readonly #sets = new Map<string, SetDraft>();
  readonly #marks = new Map<string, MarkDraft>();

  /** `owner` is who we are. */
  constructor(zone: string, owner: string) {
    this.#contents = new ZoneContents(zone);
    this.#owner = owner;
  }

  add({ owner, type: code, ttl, rdata }: ResourceRecord): void {
    const name = formatName(owner).toLowerCase();
    const contents = this.#contents;
    if (code === rrType.TXT) this.#addText(name, rdata);
    else if (code === rrType.NS && name !== contents.zone) contents.cuts.set(name, 'NS');
    else if (code === rrType.DNAME && contents.cuts.get(name) !== 'NS') contents.cuts.set(name, 'DNAME');
    const type = typesByCode.get(code);
    const data = type && decodeData(type, rdata);
    if (type === undefined && !besideAlias.includes(code)) contents.occupied.add(name);
    if (type === undefined || data === undefined) return;
    const key = keyOfSet(name, type);
    const draft = this.#sets.get(key);
    if (draft) draft.data.push(data);
    else this.#sets.set(key, { name, type, ttl, data: [data] });
  }

  /** All records have been added. */
  finish(): ZoneContents {
    const contents = this.#contents;
    for (const [at, { own, isOfOthers, texts }] of this.#marks) {
      const marked = ownedBy(at);
      if (!marked) continue;
      const key = keyOfSet(marked.name, marked.type);
      if (isOfOthers) contents.foreign.add(key);
      else if (own) {
        const { ttl = 0, data = [] } = this.#sets.get(key) ?? {};
        const { resource, text: ownText } = own;
        contents.owned.set(key, { ...marked, ttl, data: canonicalData(data), resource, texts, ownText });
      }
    }
    for (const key of this.#sets.keys()) if (!contents.owned.has(key)) contents.foreign.add(key);
    return contents;
  }

  /** All TXT records of such a name are kept: a change of ours takes care that they are still the same. */
  #addText(name: string, rdata: Uint8Array): void {
    if (!ownedBy(name)) return;
    const text = Buffer.from(rdata.buffer, rdata.byteOffset, rdata.length).toString('latin1');
    const ownership = decodeOwnership(rdata);
    let mark = this.#marks.get(name);
    if (!mark) this.#marks.set(name, (mark = { texts: [], own: undefined, isOfOthers: false }));
    mark.texts.push(text);
    if (!ownership) return;
    if (ownership.owner === this.#owner) mark.own = { text, resource: ownership.resource };
    else mark.isOfOthers = true;
  }
}
