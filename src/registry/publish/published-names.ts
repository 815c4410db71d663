import { encodeName, formatName } from '../../wire/name.ts';
import { everybody, type Visibility } from './empty-non-terminals.ts';
import { isForAll, visibilityOf, type NameLayer } from './name-layers.ts';
import type { NameRecord } from './compile/compile.ts';
import { readAddresses, readPointer } from './compile/read-back.ts';
import { isWildcard } from '../model/host.ts';
import { RareMap } from '../../collections/rare-map.ts';
import { ViewMap } from '../resolve/view-map.ts';
import { recordFlag, recordKind, recordOffset } from '../../table/layout.ts';
import type { TableWriter } from '../../table/writer.ts';

/** What is remembered of a host: the labels of its endpoint names, as `.a.b.`, and who sees it. */
export interface PublishedHost {
  readonly labels: string;
  readonly seenBy: Visibility;
}

interface EncodedName {
  readonly text: string;
  readonly name: Uint8Array | undefined;
}

/** No endpoint names. */
export const noLabels = '';
const noAddresses: readonly string[] = [];
const plainHost: PublishedHost = { labels: noLabels, seenBy: everybody };

/**
 * What was published. What everybody sees in one way is not kept here: the table has it, and says so when it is asked. Only
 * what lies below such a claim, what some do not see, and what the table does not say are remembered.
 */
export class PublishedNames {
  readonly #table: TableWriter;
  /** Hosts of which the table does not say all: they have endpoint names, differ by client, or lie on a fixed name. */
  readonly #special = new RareMap<PublishedHost>();
  /** Hosts that some do not see, or may not: what they claim is asked for again. */
  readonly #partialHosts = new RareMap<true>();
  /** Endpoint names that some do not see, or whose host of the same name some do not see. */
  readonly #partialEndpoints = new RareMap<NameLayer>();
  /** Reverse names that are answered in several ways, or that something else lies over. */
  readonly #pointers = new RareMap<NameLayer>();
  /** Fixed names of the own zones. */
  readonly #fixed = new Map<string, NameRecord>();
  /** Length of the longest fixed name: only what is no longer is looked up, which a host seldom is. */
  #longestFixed = 0;
  /** The two names that were encoded last, of a host and of its address: what is read of a name is soon written. */
  #encoded: EncodedName = { text: '.', name: undefined };
  #encodedBefore = this.#encoded;

  constructor(table: TableWriter) {
    this.#table = table;
  }

  /** The wire form of a name; `undefined` where it has over 255 octets, and cannot be asked for. */
  encode(text: string): Uint8Array | undefined {
    const last = this.#encoded;
    if (last.text === text) return last.name;
    this.#encoded = this.#encodedBefore.text === text ? this.#encodedBefore : { text, name: encodeName(text) };
    this.#encodedBefore = last;
    return this.#encoded.name;
  }

  /** What is known of a host that is served. */
  hostAt(text: string, name: Uint8Array): PublishedHost | undefined {
    const special = this.#special.get(text);
    if (special) return special;
    const at = this.#table.find(name);
    return at >= 0 && isPlainHost(this.#table.arena, at) ? plainHost : undefined;
  }

  keepHost(text: string, host: PublishedHost, claim: NameLayer): void {
    const isWhole = isForAll(claim);
    const isSpecial = host.labels !== noLabels || !claim.isUniform || !isWhole || this.fixedAt(text) !== undefined;
    if (isSpecial) this.#special.set(text, isPlain(host) ? plainHost : host);
    else this.#special.delete(text);
    keep(this.#partialHosts, text, isWhole ? undefined : true);
  }

  forgetHost(text: string): void {
    this.#special.delete(text);
    this.#partialHosts.delete(text);
  }

  /** Keeps the claim of an endpoint name, or forgets it. */
  keepEndpoint(text: string, claim: NameLayer | undefined): void {
    keep(this.#partialEndpoints, text, claim);
  }

  /** Keeps the claim of a reverse name, or forgets it. */
  keepPointer(text: string, claim: NameLayer | undefined): void {
    keep(this.#pointers, text, claim);
  }

  /** Who sees the PTR records at a reverse name. */
  pointerSeenBy(text: string, name: Uint8Array): Visibility | undefined {
    const kept = this.#pointers.get(text);
    if (kept) return visibilityOf(kept);
    return this.kindAt(name) === recordKind.ptr ? everybody : undefined;
  }

  /**
   * Keeps the PTR records that only the table knew, and has for everybody, before something is put over them. What is kept
   * already is more than the table says: that has one record also where clients of a limited namespace do not see it.
   */
  savePointer(text: string, name: Uint8Array): void {
    if (this.#pointers.has(text)) return;
    this.#pointers.set(text, ViewMap.uniform(readPointer(this.#table.arena, this.#table.find(name))));
  }

  keepFixed(text: string, record: NameRecord): void {
    this.#longestFixed = Math.max(this.#longestFixed, text.length);
    this.#fixed.set(text, record);
  }

  fixedAt(text: string): NameRecord | undefined {
    return text.length <= this.#longestFixed ? this.#fixed.get(text) : undefined;
  }

  /** The claims on a name below that of a host, as far as they are kept; the first one above the others. */
  *claimsAt(text: string): Iterable<NameLayer> {
    const fixed = this.fixedAt(text);
    const kept = [
      this.#partialEndpoints.get(text),
      fixed && ViewMap.uniform<NameRecord | undefined>(fixed),
      this.#pointers.get(text),
    ];
    for (const claim of kept) if (claim) yield claim;
  }

  /** Whether a host or an endpoint name that is kept lies on a name. */
  hasKeptHost(text: string): boolean {
    return this.#special.has(text) || this.#partialEndpoints.has(text);
  }

  /** Whether a host that is served is one that some do not see. */
  isPartialHost(text: string): boolean {
    return this.#partialHosts.has(text);
  }

  /** Whether a host, an endpoint name or an own zone has the name, for everybody. */
  isClaimedForAll(text: string, name: Uint8Array): boolean {
    if (this.#special.has(text)) return !this.#partialHosts.has(text);
    const endpoint = this.#partialEndpoints.get(text);
    if (endpoint && !isForAll(endpoint)) return false;
    const at = this.#table.find(name);
    if (at < 0) return false;
    if (isHostKind(this.#table.arena, at)) return true;
    if (!isKind(this.#table.arena, at, recordKind.views)) return false;
    return this.endpointHostOf(text) !== undefined && !this.#partialEndpoints.has(text);
  }

  /** Whether everybody sees PTR records at a reverse name, and nothing else lies over them. */
  isPointerForAll(text: string, name: Uint8Array): boolean {
    if (this.kindAt(name) !== recordKind.ptr) return false;
    const kept = this.#pointers.get(text);
    return !kept || isForAll(kept);
  }

  /** The kind of the record that a name has; -1 for none. */
  kindAt(name: Uint8Array): number {
    const at = this.#table.find(name);
    return at < 0 ? -1 : this.#table.arena[at + recordOffset.kind]!;
  }

  /** A host that has endpoints of its own, the first of these, else any that is no wildcard. */
  get exampleHost(): string | undefined {
    let example: string | undefined;
    for (const [host, { labels }] of this.#special) {
      if (isWildcard(host)) continue;
      if (labels !== noLabels) return host;
      example ??= host;
    }
    if (example !== undefined) return example;
    for (const at of this.#table.records()) {
      if (!isPlainHost(this.#table.arena, at)) continue;
      const host = formatName(this.#table.arena, at + recordOffset.name).slice(0, -1);
      if (!isWildcard(host)) return host;
    }
    return undefined;
  }

  /** What is answered at a reverse name, where it is the same for everybody. */
  pointerAt(text: string): NameRecord | undefined {
    const kept = this.#pointers.get(text);
    if (kept) return kept.isUniform ? kept.others.plain : undefined;
    const at = this.#table.find(this.encode(text)!);
    return at >= 0 && isKind(this.#table.arena, at, recordKind.ptr) ? readPointer(this.#table.arena, at) : undefined;
  }

  /** The reverse names that are answered in the same way for everybody. */
  *pointerNames(): Iterable<string> {
    for (const [text, { isUniform }] of this.#pointers) if (isUniform) yield text;
    const { arena } = this.#table;
    for (const at of this.#table.records()) {
      if (!isKind(arena, at, recordKind.ptr)) continue;
      const text = formatName(arena, at + recordOffset.name).slice(0, -1);
      if (!this.#pointers.has(text)) yield text;
    }
  }

  /** The addresses that a host has now, for everybody; none where it is not served or differs by client. */
  addressesOf(host: string): readonly string[] {
    const name = this.encode(host);
    const at = name ? this.#table.find(name) : -1;
    return at < 0 ? noAddresses : readAddresses(this.#table.arena, at);
  }

  /** The host above, when it has an endpoint name that is this name. */
  endpointHostOf(text: string): string | undefined {
    const dot = text.indexOf('.');
    if (dot <= 0 || this.#special.size === 0) return undefined;
    const above = text.slice(dot + 1);
    return this.#special.get(above)?.labels.includes(`.${text.slice(0, dot)}.`) === true ? above : undefined;
  }
}

function isPlain({ labels, seenBy }: PublishedHost): boolean {
  return labels === noLabels && seenBy === everybody;
}

function keep<Value>(map: Map<string, Value>, text: string, value: Value | undefined): void {
  if (value !== undefined) map.set(text, value);
  else map.delete(text);
}

function isKind(arena: Uint8Array, at: number, kind: number): boolean {
  return arena[at + recordOffset.kind] === kind;
}

/** The record of a host or endpoint name, or of a fixed name, that is the same for everybody. */
function isHostKind(arena: Uint8Array, at: number): boolean {
  const kind = arena[at + recordOffset.kind];
  return kind === recordKind.internal || kind === recordKind.external || kind === recordKind.forwarded;
}

/** The record of a host that is no endpoint name and no fixed name. */
function isPlainHost(arena: Uint8Array, at: number): boolean {
  return isHostKind(arena, at) && (arena[at + recordOffset.flags]! & (recordFlag.endpoint | recordFlag.own)) === 0;
}
