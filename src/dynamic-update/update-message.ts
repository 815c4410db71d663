import { headerSize, maxMessageSize, rrClass, rrType } from '../wire/codes.ts';
import { writeUint16, writeUint32 } from '../wire/message.ts';
import { encodeName } from '../wire/name.ts';
import { compressionPointer } from '../wire/record.ts';
import { encodeOwnership, ownershipName } from './ownership.ts';
import type { Change, HostChange } from './plan.ts';
import { encodeData } from './record-data.ts';
import { typeCodes, type KeptType } from './record-set.ts';

/** OPCODE of UPDATE (RFC 2136 section 1.3), in its place in octet 2 of a header. */
const opcodeUpdate = 5 << 3;
/** TYPE, CLASS, TTL and RDLENGTH. */
const fixedSize = 10;
/** What a TSIG record takes at the most: two names, 26 octets, and a MAC of 64. */
const tsigSize = 2 * 255 + fixedSize + 16 + 64;
/** Octets that the changes of a message may take: one zone section and a signature beside them. */
export const maxChangeSize = maxMessageSize - headerSize - 255 - 4 - tsigSize;
/** Records of a section: its count has 16 bits. */
const maxRecords = 0xffff;

/** A change as it stands in the two sections of an UPDATE message (RFC 2136 sections 2.4 and 2.5). */
export interface EncodedChange {
  readonly change: HostChange;
  readonly prerequisites: Section;
  readonly updates: Section;
}

interface Section {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/**
 * Encodes changes for messages about one zone. Prerequisites say that all is as it was when the change was planned: an RRset that
 * is made does not exist, nor its ownership record, nor a CNAME there, nor anything beside a CNAME; one that is changed or removed has the value that
 * we know, and so has its ownership record. Who wrote to these names in between thus has the whole message refused.
 */
export class ChangeEncoder {
  readonly #zone: Uint8Array;
  readonly #owner: string;

  /** `zone` is absolute; `owner` who we are. */
  constructor(zone: string, owner: string) {
    this.#zone = encodeName(zone)!;
    this.#owner = owner;
  }

  /** `undefined` where the change does not fit a message. */
  encode(change: HostChange): EncodedChange | undefined {
    const prerequisites = new SectionWriter(this.#zone);
    const updates = new SectionWriter(this.#zone);
    for (const each of change.changes) expectOf(each, prerequisites);
    expectNoAlias(change.changes, prerequisites);
    // Servers leave out what cannot stand beside a CNAME (RFC 2136 section 3.4.2.2), so what goes makes room for what comes.
    for (const each of change.changes) remove(each, updates);
    for (const each of change.changes) this.#insert(each, updates);
    const encoded = { change, prerequisites: prerequisites.finish(), updates: updates.finish() };
    return sizeOf(encoded) > maxChangeSize ? undefined : encoded;
  }

  /** The message without a signature; all changes must fit it (`batchesOf`). */
  message(changes: readonly EncodedChange[], id: number): Uint8Array {
    const head = new Uint8Array(headerSize);
    writeUint16(head, 0, id);
    head[2] = opcodeUpdate;
    writeUint16(head, 4, 1);
    writeUint16(
      head,
      6,
      changes.reduce((sum, { prerequisites }) => sum + prerequisites.count, 0),
    );
    writeUint16(
      head,
      8,
      changes.reduce((sum, { updates }) => sum + updates.count, 0),
    );
    const question = new Uint8Array(4);
    writeUint16(question, 0, rrType.SOA);
    writeUint16(question, 2, rrClass.IN);
    return Buffer.concat([
      head,
      this.#zone,
      question,
      ...changes.map(({ prerequisites }) => prerequisites.bytes),
      ...changes.map(({ updates }) => updates.bytes),
    ]);
  }

  #insert({ after }: Change, updates: SectionWriter): void {
    if (!after) return;
    const { name, type, ttl, data } = after.set;
    for (const each of data) updates.add(name, typeCodes[type], rrClass.IN, ttl, rdataOf(type, each));
    const ownership = encodeOwnership({ owner: this.#owner, resource: after.resource });
    updates.add(ownershipName(name, type)!, rrType.TXT, rrClass.IN, ttl, ownership);
  }
}

/** An RRset and its ownership record are as we know them. */
function expectOf({ before, after }: Change, prerequisites: SectionWriter): void {
  const { name, type } = before ?? after.set;
  const mark = ownershipName(name, type)!;
  const code = typeCodes[type];
  if (before && before.data.length > 0) {
    for (const each of before.data) prerequisites.add(name, code, rrClass.IN, 0, rdataOf(type, each));
  } else prerequisites.add(name, code, rrClass.NONE);
  if (before) {
    for (const text of before.texts) prerequisites.add(mark, rrType.TXT, rrClass.IN, 0, Buffer.from(text, 'latin1'));
  } else prerequisites.add(mark, rrType.TXT, rrClass.NONE);
}

/** At names that get a record there is no CNAME, but for one of ours that goes; and where a CNAME comes there is nothing, but for what goes. */
function expectNoAlias(changes: readonly Change[], prerequisites: SectionWriter): void {
  const had = changes.flatMap(({ before }) => (before && before.data.length > 0 ? [before] : []));
  const names = new Set<string>();
  for (const { before, after } of changes) {
    if (before) continue;
    const { name, type } = after.set;
    names.add(ownershipName(name, type)!);
    if (type !== 'CNAME') names.add(name);
    else if (!had.some((each) => each.name === name)) prerequisites.add(name, rrType.ANY, rrClass.NONE);
  }
  for (const { name, type } of had) if (type === 'CNAME') names.delete(name);
  for (const name of names) prerequisites.add(name, rrType.CNAME, rrClass.NONE);
}

function remove({ before }: Change, updates: SectionWriter): void {
  if (!before) return;
  const { name, type, data, ownText } = before;
  if (data.length > 0) updates.add(name, typeCodes[type], rrClass.ANY);
  updates.add(ownershipName(name, type)!, rrType.TXT, rrClass.NONE, 0, Buffer.from(ownText, 'latin1'));
}

/** Cuts changes into as few messages as they fit, in their order; of at most `maxSize` octets, or of one change that is longer. */
export function batchesOf(changes: readonly EncodedChange[], maxSize: number): EncodedChange[][] {
  const batches: EncodedChange[][] = [];
  let size = 0;
  let prerequisites = 0;
  let updates = 0;
  for (const change of changes) {
    size += sizeOf(change);
    prerequisites += change.prerequisites.count;
    updates += change.updates.count;
    const batch = batches.at(-1);
    if (batch && size <= maxSize && prerequisites <= maxRecords && updates <= maxRecords) {
      batch.push(change);
      continue;
    }
    batches.push([change]);
    size = sizeOf(change);
    prerequisites = change.prerequisites.count;
    updates = change.updates.count;
  }
  return batches;
}

function sizeOf({ prerequisites, updates }: EncodedChange): number {
  return prerequisites.bytes.length + updates.bytes.length;
}

/** Records of one section. Their names end in a pointer to the name of the zone, which is at one place in every message. */
class SectionWriter {
  readonly #zone: Uint8Array;
  readonly #parts: Uint8Array[] = [];
  #count = 0;

  constructor(zone: Uint8Array) {
    this.#zone = zone;
  }

  /** `name` is below the zone. */
  add(name: string, type: number, rrclass: number, ttl = 0, rdata: Uint8Array = noData): void {
    const wire = encodeName(name)!;
    const labels = wire.length - this.#zone.length;
    const head = new Uint8Array(labels + 2 + fixedSize);
    head.set(wire.subarray(0, labels));
    writeUint16(head, labels, compressionPointer(0));
    writeUint16(head, labels + 2, type);
    writeUint16(head, labels + 4, rrclass);
    writeUint32(head, labels + 6, ttl);
    writeUint16(head, labels + 10, rdata.length);
    this.#parts.push(head, rdata);
    this.#count++;
  }

  finish(): Section {
    return { bytes: Buffer.concat(this.#parts), count: this.#count };
  }
}

const noData = new Uint8Array(0);

/** RDATA of a plan, which has only what can be encoded. */
function rdataOf(type: KeptType, text: string): Uint8Array {
  const rdata = encodeData(type, text);
  if (!rdata) throw new Error(`'${text}' is no RDATA of ${type}`);
  return rdata;
}
