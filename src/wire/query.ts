import { defaultUdpPayload, headerFlag, headerSize, maxMessageSize, maxNameLength, minUdpPayload } from './codes.ts';
import { readOpt, udpLimit } from './edns.ts';
import type { QueryMetadata } from './metadata.ts';
import type { QueryTrace } from './query-trace.ts';
import { NameHasher } from './name-hash.ts';
import type { Peer } from './peer.ts';
import { lowerCase, viewOf } from './words.ts';

export type { Peer } from './peer.ts';

/** How a query arrived. */
export type Transport = 'udp' | 'tcp' | 'tls';

/** What reading a message came to: go on with the chain, send a bare error, or say nothing. */
export type Verdict = 'query' | 'drop' | 'formerr' | 'notimp' | 'badvers';

const empty = new Uint8Array(0);
const noView = new DataView(empty.buffer);
const maxLabels = 128;
/** Octets of a Client Subnet option with a whole IPv6 address. */
const maxSubnetSize = 24;
/** Octets of a query with the longest name and some options. */
const ownSize = 512;

/**
 * The view of one query that every plugin handles. It is reused from query to query: nobody keeps it, unless it
 * answers with a promise. Then it calls `hold` first, and the object is its own until the promise settles.
 *
 *     bytes   ........[header][question][OPT ...]........     out   ....[header][question][answer ...]
 *             start ^        ^ nameStart        ^ end         outStart ^
 *
 * `out` may be the very memory of `bytes` (replies are then written in place): whoever writes a reply must have read
 * what he needs from the query, or have called `hold`.
 */
export class Query {
  bytes: Uint8Array = empty;
  start = 0;
  end = 0;
  out: Uint8Array = empty;
  outStart = 0;

  transport: Transport = 'udp';
  peer: Peer = { address: '0.0.0.0', port: 0, family: 4 };
  local: Peer = { address: '0.0.0.0', port: 0, family: 4 };

  /** RA of our own replies; the server block sets it (1 where a forward exists). */
  recursionAvailable = false;
  /** Octets that the reply may have; a plugin may lower or raise it through `limitReply`. */
  replyLimit = minUdpPayload;
  /** When the reply must be there at the latest, of the worker's clock. */
  deadline = Infinity;
  /** Not all records have found room in the reply. */
  isCut = false;
  /** What went wrong, for the errors plugin. Set by whoever answers SERVFAIL or REFUSED for a reason of its own. */
  error: string | undefined = undefined;
  /** Upper bits of the code of a reply that came from elsewhere (RFC 6891 section 6.1.3); our own codes have none but BADVERS. */
  upperRcode = 0;
  /** No plugin had anything to say of it: the reply is the REFUSED of the end of the chain. */
  isUnserved = false;
  /** Answers another query as the listener that this one came in at does; `undefined` where it came from no listener. */
  resolve: ((query: Query) => number | Promise<number>) | undefined = undefined;
  /** How many queries this one was derived from, one from the other. */
  derivations = 0;
  /** What is known beside the message, where its server block collects that (metadata.ts). */
  metadata: QueryMetadata | undefined = undefined;
  /** Who handles it, and when, where that is noted: who gives it one takes it away when the query is answered. */
  trace: QueryTrace | undefined = undefined;

  type = 0;
  class = 0;
  /** Octets of the name on the wire, root label included. */
  nameLength = 0;
  labelCount = 0;
  /** Offsets of the labels' length octets, from the start of the name. */
  readonly labels = new Uint8Array(maxLabels);
  /** The name in lower case, and 0 up to the next multiple of 4; filled by `readName`. */
  readonly lower = new Uint8Array(maxNameLength + 1);
  /** The same memory, to be read in words. */
  readonly lowerView = new DataView(this.lower.buffer);
  /** Hash of the name in lower case; filled by `readName`. */
  nameHash = 0;
  nameIsRead = false;

  /** The query carried an OPT record (RFC 6891). */
  edns = false;
  /** The client's UDP payload size, 512 without EDNS. */
  clientPayload = minUdpPayload;
  dnssecOk = false;
  /** Where the OPT record starts (index in `bytes`), and where its options start and end; 0 without EDNS. */
  optStart = 0;
  optionsStart = 0;
  optionsEnd = 0;
  /** The Client Subnet option that the reply carries, and its octets, 0 for none (client-subnet.ts). */
  readonly subnet = new Uint8Array(maxSubnetSize);
  subnetSize = 0;
  /** Other options that the reply carries where the query has EDNS, as octets of an OPT record's RDATA. */
  replyOptions: Uint8Array = empty;
  /**
   * Those of the query's options that other servers are told, in the same form: this server has put them there, `maxUpstreamOptions`
   * octets at most. Of the Client Subnet only that it is one of them.
   */
  upstreamOptions: Uint8Array = empty;
  tellsSubnet = false;

  /** What reading it came to, where `prepare` has done it already. */
  verdict: Verdict | undefined = undefined;
  isHeld = false;
  /** Seeds the hash of names: tenants choose them, so nobody else may know it. */
  readonly hashSeed: number;
  readonly hasher: NameHasher;
  /** Views of the memory of `bytes` and `out`, made when a query in other memory is read or answered. */
  #view: DataView = noView;
  #viewed: Uint8Array = empty;
  #outView: DataView = this.#view;
  #outViewed: Uint8Array = empty;
  /** Where a query that waits is kept, and its view. */
  #own: Uint8Array | undefined;
  #ownView: DataView = noView;

  /** `hasher` is one of this seed, where queries share it: its keys need be made only once. */
  constructor(hashSeed: number, hasher = new NameHasher(hashSeed)) {
    this.hashSeed = hashSeed | 0;
    this.hasher = hasher;
  }

  get id(): number {
    return (this.bytes[this.start]! << 8) | this.bytes[this.start + 1]!;
  }

  /** `out` for numbers of several octets, in network order unless told otherwise. */
  get outView(): DataView {
    const { out } = this;
    if (out !== this.#outViewed) {
      this.#outViewed = out;
      this.#outView = out === this.#viewed ? this.#view : viewOf(out);
    }
    return this.#outView;
  }

  get opcode(): number {
    return (this.bytes[this.start + 2]! & headerFlag.OPCODE) >> 3;
  }

  get nameStart(): number {
    return this.start + headerSize;
  }

  /** Index in `bytes` of the first octet behind the question. */
  get questionEnd(): number {
    return this.start + headerSize + this.nameLength + 4;
  }

  /**
   * Reads header, question and OPT of the message in `bytes` (RFC 1035 section 4.1, RFC 6891), in time linear in its
   * length. What a client may send that is no query gets a verdict; nothing throws.
   */
  read(): Verdict {
    const { bytes, start, end } = this;
    const view = this.#viewOfBytes();
    this.error = this.metadata = undefined;
    this.nameIsRead = this.isCut = this.edns = this.isUnserved = false;
    this.dnssecOk = this.tellsSubnet = false;
    this.deadline = Infinity;
    this.clientPayload = minUdpPayload;
    this.optStart = this.optionsStart = this.optionsEnd = this.subnetSize = 0;
    this.replyOptions = this.upstreamOptions = empty;
    this.upperRcode = 0;
    if (end - start < headerSize) return 'drop';
    const flags = bytes[start + 2]!;
    if ((flags & headerFlag.QR) !== 0) return 'drop';
    if ((flags & headerFlag.OPCODE) !== 0) return 'notimp';
    const answers = view.getInt32(start + 4) - 0x1_0000;
    const authorities = view.getUint16(start + 8);
    const additionals = view.getUint16(start + 10);
    // One question; with another number of them `answers` is negative or above 0xffff.
    if (answers >>> 0 > 1 || authorities > 1 || additionals > 2) return 'formerr';
    const nameStart = start + headerSize;
    let at = nameStart;
    let count = 0;
    for (;;) {
      if (at >= end) return 'formerr';
      const length = bytes[at]!;
      if (length === 0) break;
      // 0x40 and above: an extended label type or a compression pointer, which has nothing to point at here.
      if (length > 63) return 'formerr';
      if (at - nameStart + length + 2 > maxNameLength) return 'formerr';
      this.labels[count++] = at - nameStart;
      at += length + 1;
    }
    at++;
    if (at + 4 > end) return 'formerr';
    this.labelCount = count;
    this.nameLength = at - nameStart;
    this.type = view.getUint16(at);
    this.class = view.getUint16(at + 2);
    const records = answers + authorities + additionals;
    const verdict = records === 0 ? 'query' : readOpt(this, at + 4, answers + authorities, records);
    this.replyLimit = this.transport === 'udp' ? udpLimit(this.clientPayload, defaultUdpPayload) : maxMessageSize;
    return verdict;
  }

  /** Reads the message, and its name, ahead of its answer. */
  prepare(): void {
    this.verdict = this.read();
    if (this.verdict === 'query') this.readName();
  }

  /** Makes the reply limit what `bufsize` of the server block says: max(512, min(client, bufsize)) over UDP. */
  limitReply(bufsize: number): void {
    if (this.transport === 'udp') this.replyLimit = udpLimit(this.clientPayload, bufsize);
  }

  /**
   * Fills `lower` and `nameHash` in one pass, four octets a step: `lowerCase`, and a step of `NameHasher.hash` written
   * out, for much of the time that a query takes is spent here.
   */
  readName(): void {
    if (this.nameIsRead) return;
    this.nameIsRead = true;
    const { nameLength } = this;
    const { keys } = this.hasher;
    const source = this.#viewOfBytes();
    const lower = this.lowerView;
    const from = this.start + headerSize;
    let hash = 0;
    let at = 0;
    for (; at + 4 < nameLength; at += 4) {
      const lowered = lowerCase(source.getInt32(from + at, true));
      lower.setInt32(at, lowered, true);
      const key = at >> 1;
      hash = (hash + Math.imul((lowered & 0xffff) + keys[key]!, (lowered >>> 16) + keys[key + 1]!)) | 0;
    }
    // The last one to four octets. Behind the name stand type and class, so that a whole word can be read.
    const rest = -1 >>> (8 * (at + 4 - nameLength));
    const lowered = lowerCase(source.getInt32(from + at, true) & rest);
    lower.setInt32(at, lowered, true);
    const key = at >> 1;
    hash = (hash + Math.imul((lowered & 0xffff) + keys[key]!, (lowered >>> 16) + keys[key + 1]!)) | 0;
    this.nameHash = hash;
  }

  /** Hash of the name without its first `label` labels; `labelCount` for the root. Needs `readName`. */
  suffixHash(label: number): number {
    const start = label < this.labelCount ? this.labels[label]! : this.nameLength - 1;
    return this.hasher.hash(this.lower, start, this.nameLength);
  }

  /**
   * Takes the query out of the receive buffer, because its answer has to wait. The memory of `bytes` and `out` is the
   * query's own from then on; a reply that came from elsewhere may be put in place as `out`.
   */
  hold(): void {
    if (this.isHeld) return;
    this.isHeld = true;
    const shift = this.start;
    const { bytes, start } = this;
    const length = this.end - start;
    // The memory stays with the object: to allocate it anew for each query that waits costs more than all that is done here.
    const own = length <= ownSize ? this.#ownMemory() : new Uint8Array(length);
    for (let i = 0; i < length; i++) own[i] = bytes[start + i]!;
    this.bytes = own;
    this.start = 0;
    this.end -= shift;
    if (this.edns) {
      this.optStart -= shift;
      this.optionsStart -= shift;
      this.optionsEnd -= shift;
    }
    this.out = empty;
    this.outStart = 0;
    // A query that waits must not keep what it was received in. Over UDP that stays anyway.
    if (this.transport !== 'udp') {
      this.#viewed = empty;
      this.#view = noView;
    }
  }

  /** Gives up a reply that came from elsewhere, so that another can be written in its place. */
  discardReply(): void {
    if (!this.isHeld) return;
    this.out = empty;
    this.outStart = 0;
    this.upperRcode = 0;
  }

  /** Makes the object free for the next query of its owner. */
  release(): void {
    // What was a query's own memory, up to 64 KiB for a reply, must not stay with those that are free.
    if (this.isHeld) {
      this.#outViewed = empty;
      this.#outView = noView;
      this.upperRcode = 0;
    }
    this.isHeld = false;
    this.bytes = this.out = empty;
    this.error = undefined;
  }

  #ownMemory(): Uint8Array {
    if (this.#own !== undefined) return this.#own;
    this.#own = new Uint8Array(ownSize);
    this.#ownView = viewOf(this.#own);
    return this.#own;
  }

  #viewOfBytes(): DataView {
    const { bytes } = this;
    if (bytes === this.#own) return this.#ownView;
    if (bytes !== this.#viewed) {
      this.#viewed = bytes;
      this.#view = viewOf(bytes);
    }
    return this.#view;
  }
}
