import { encodeName, formatName } from '../wire/name.ts';
import { Ancestors, everybody, type Visibility } from './ancestors.ts';
import type { Compiler, NameRecord, ViewNamespaces } from './compile/compile.ts';
import { namesOf, ownRecord, type ViewedName } from './compile/host-records.ts';
import { readAddresses, readPointer } from './compile/read-back.ts';
import { isWildcard } from './host.ts';
import type { RegistryOptions } from './options.ts';
import type { HostAnswer } from './resolve/answer.ts';
import { ViewMap, type ByMesh } from './resolve/view-map.ts';
import { recordFlag, recordKind, recordOffset } from './table/layout.ts';
import type { TableWriter } from './table/writer.ts';

type Records = ViewMap<NameRecord | undefined>;

/**
 * Keeps the answer table in step with the answers of the hosts. A name can be claimed from several sides; for each client
 * the first of these has it that the client sees: a host, an endpoint name of the host above it, the fixed names of an own
 * zone, a reverse name, an ancestor of a name.
 *
 * What everybody sees in one way is not kept here: the table has it, and says so when it is asked. Only what lies below
 * such a claim, what some do not see, and what the table does not say are remembered.
 */
export class Publisher {
  readonly #table: TableWriter;
  readonly #compiler: Compiler;
  readonly #namespaces: ViewNamespaces;
  /** Hosts of which the table does not say all: they have endpoint names, differ by client, or lie on a fixed name. */
  readonly #special = new Map<string, Published>();
  #hosts = 0;
  /** The name that was encoded last: what is read of a name is soon written. */
  #encoded: { readonly text: string; readonly name: Uint8Array | undefined } = { text: '.', name: undefined };
  readonly #ancestors: Ancestors;
  /** Fixed names of the own zones: apex and `ns.dns.<zone>`. */
  readonly #fixed = new Map<string, NameRecord>();
  /** Hosts that some do not see. */
  readonly #partialHosts = new Map<string, Records>();
  /** Endpoint names that some do not see, or whose host of the same name some do not see. */
  readonly #partialEndpoints = new Map<string, Records>();
  /** Reverse names that are answered in several ways, or that something else lies over. */
  readonly #pointers = new Map<string, Records>();
  /** Zones where the server says what exists, so that ancestors of reverse names count. */
  readonly #knownZones: readonly string[];

  /**
   * `zones` are absolute, and so are `allocationZones`, those of the ranges that automatic addresses come from;
   * `serverAddresses` is what `ns.dns.<zone>` answers, `ttl` of that in seconds.
   */
  constructor(
    table: TableWriter,
    compiler: Compiler,
    namespaces: ViewNamespaces,
    { zones, allocationZones, ttl }: Pick<RegistryOptions, 'zones' | 'allocationZones' | 'ttl'>,
    serverAddresses: readonly string[],
  ) {
    this.#table = table;
    this.#compiler = compiler;
    this.#namespaces = namespaces;
    this.#knownZones = [...zones, ...allocationZones].map((zone) => `.${zone}`.slice(0, -1));
    this.#ancestors = new Ancestors(
      (name) => this.#renewAncestor(name),
      (name) => this.#kindAt(encodeName(name)!) === recordKind.ancestor,
    );
    for (const zone of zones) {
      const suffix = zone === '.' ? '' : `.${zone}`;
      this.#fix({ kind: 'internal', ttl, name: encodeName(zone)!, flags: recordFlag.apex | recordFlag.own });
      const name = encodeName(`ns.dns${suffix}`)!;
      this.#fix({ kind: 'internal', ttl, name, flags: recordFlag.own, addresses: serverAddresses });
    }
  }

  /** How many hosts are served, to whomever. */
  get hosts(): number {
    return this.#hosts;
  }

  /** A host that has endpoints of its own, the first of these, else any that is no wildcard: for a hint at the start. */
  get exampleHost(): string | undefined {
    let example: string | undefined;
    for (const [host, { labels }] of this.#special) {
      if (isWildcard(host)) continue;
      if (labels !== none) return host;
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

  /**
   * Serves `answers`, or nothing any more for `host` where nobody gets one. Returns whether any client could see a
   * difference: an answer that compiles to the same bytes touches nothing.
   */
  publish(host: string, answers: ViewMap<HostAnswer | undefined>): boolean {
    const name = this.#encode(host);
    // A name over 255 octets cannot be asked for.
    if (!name) return false;
    const before = this.#published(host, name);
    if (!hasAny(answers)) return before ? this.#withdraw(host, name, before) : false;
    const own = answers.map((answer) => answer && ownRecord(name, host, answer));
    const below = namesOf(host, answers);
    const seenBy = visibilityOf(answers);
    const labels = below.length === 0 ? none : `.${below.map(({ label }) => label).join('.')}.`;
    if (!before) this.#hosts++;
    if (labels !== none || !answers.isUniform || this.#fixed.has(host)) this.#special.set(host, { labels, seenBy });
    else if (before && before !== plainHost) this.#special.delete(host);
    this.#ancestors.move(host, before?.seenBy, seenBy);
    if (isWildcard(host)) this.#table.addWildcardDepth(host.split('.').length - 1);
    if (isForAll(own)) this.#partialHosts.delete(host);
    else this.#partialHosts.set(host, own);
    if (!before) this.#saveBelow(host, name);
    let changed = this.#render(host, name, own);
    for (const each of below) changed = this.#publishEndpoint(each) || changed;
    const left = before === undefined || before.labels === labels ? [] : split(before.labels);
    const kept = left.length > 0 ? new Set(split(labels)) : undefined;
    for (const label of left) if (!kept?.has(label)) changed = this.#removeEndpoint(`${label}.${host}`) || changed;
    return changed;
  }

  /** Serves PTR records at a reverse name, or none any more. Returns whether any client could see a difference. */
  publishPointer(text: string, records: Records | undefined): boolean {
    const name = this.#encode(text)!;
    const kind = this.#kindAt(name);
    if (this.#knownZones.some((zone) => text.endsWith(zone))) {
      const kept = this.#pointers.get(text);
      const before = kept ? visibilityOf(kept) : kind === recordKind.pointer ? everybody : undefined;
      this.#ancestors.move(text, before, records && visibilityOf(records));
    }
    const isHidden = this.#isClaimedForAll(text, name);
    const isAlone = !isHidden && !this.#special.has(text) && !this.#partialEndpoints.has(text);
    if (!records || (isAlone && records.isUniform)) this.#pointers.delete(text);
    else this.#pointers.set(text, records);
    return isHidden ? false : this.#render(text, name, isAlone ? records : undefined);
  }

  /** What is answered at a reverse name, where it is the same for everybody. */
  pointerAt(text: string): NameRecord | undefined {
    const kept = this.#pointers.get(text);
    if (kept) return kept.isUniform ? kept.others.plain : undefined;
    const at = this.#table.find(this.#encode(text)!);
    return at >= 0 && isKind(this.#table.arena, at, recordKind.pointer)
      ? readPointer(this.#table.arena, at)
      : undefined;
  }

  /** The reverse names that are answered in the same way for everybody. */
  *pointerNames(): Iterable<string> {
    for (const [text, { isUniform }] of this.#pointers) if (isUniform) yield text;
    const { arena } = this.#table;
    for (const at of this.#table.records()) {
      if (!isKind(arena, at, recordKind.pointer)) continue;
      const text = formatName(arena, at + recordOffset.name).slice(0, -1);
      if (!this.#pointers.has(text)) yield text;
    }
  }

  /** The addresses that a host has now, for everybody; none where it is not served or differs by client. */
  addressesOf(host: string): readonly string[] {
    const name = this.#encode(host);
    const at = name ? this.#table.find(name) : -1;
    return at < 0 ? noAddresses : readAddresses(this.#table.arena, at);
  }

  /** The host above, when it has an endpoint name that this host hides or has hidden: it must be published again. */
  hiddenBy(host: string): string | undefined {
    const dot = host.indexOf('.');
    if (dot <= 0 || this.#special.size === 0) return undefined;
    const above = host.slice(dot + 1);
    return this.#special.get(above)?.labels.includes(`.${host.slice(0, dot)}.`) === true ? above : undefined;
  }

  #withdraw(host: string, name: Uint8Array, { labels, seenBy }: Published): boolean {
    this.#hosts--;
    this.#special.delete(host);
    this.#partialHosts.delete(host);
    this.#ancestors.move(host, seenBy, undefined);
    this.#render(host, name);
    for (const label of split(labels)) this.#removeEndpoint(`${label}.${host}`);
    return true;
  }

  #publishEndpoint({ text, name, records }: ViewedName): boolean {
    const isHost = this.#published(text, name) !== undefined;
    const isHidden = isHost && !this.#partialHosts.has(text);
    const isAlone = isForAll(records) && !isHost;
    if (isHidden || isAlone) this.#partialEndpoints.delete(text);
    else this.#partialEndpoints.set(text, records);
    if (isHidden) return false;
    this.#saveBelow(text, name);
    return this.#render(text, name, isAlone ? records : undefined);
  }

  /** An endpoint name has gone: what remains of the name is served. */
  #removeEndpoint(text: string): boolean {
    this.#partialEndpoints.delete(text);
    const name = encodeName(text)!;
    const isHidden = this.#published(text, name) !== undefined && !this.#partialHosts.has(text);
    return isHidden ? false : this.#render(text, name);
  }

  /** Writes what all claims on a name come to, `top` before those that are kept here. */
  #render(text: string, name: Uint8Array, top?: Records): boolean {
    const fixed = this.#fixed.get(text);
    let records = top;
    if (!records || !isForAll(records)) {
      for (const layer of this.#layers(text, name)) {
        records = records ? layered(records, layer) : layer;
        if (isForAll(records)) break;
      }
    }
    // The apex stays an apex, for all: it has SOA and NS beside what the host says.
    if (fixed) records = records?.map((record) => record && { ...record, flags: record.flags | fixed.flags });
    const bytes = records && this.#compiler.compileViews(name, records, this.#namespaces);
    return bytes ? this.#table.set(bytes) : this.#table.delete(name);
  }

  *#layers(text: string, name: Uint8Array): Iterable<Records> {
    const fixed = this.#fixed.get(text);
    const kept = [
      this.#partialHosts.get(text),
      this.#partialEndpoints.get(text),
      fixed && ViewMap.uniform<NameRecord | undefined>(fixed),
      this.#pointers.get(text),
    ];
    for (const layer of kept) if (layer) yield layer;
    const seenBy = this.#ancestors.seenBy(text);
    if (seenBy) yield ancestorRecords(name, seenBy);
  }

  /** The descendants of a name have changed, or who sees them. */
  #renewAncestor(text: string): void {
    const name = encodeName(text)!;
    const isHidden = this.#isClaimedForAll(text, name) || this.#kindAt(name) === recordKind.pointer;
    if (!isHidden) this.#render(text, name);
  }

  /** Whether a host, an endpoint name or an own zone has the name, for everybody. */
  #isClaimedForAll(text: string, name: Uint8Array): boolean {
    if (this.#special.has(text)) return !this.#partialHosts.has(text);
    const at = this.#table.find(name);
    if (at < 0) return false;
    if (isHostKind(this.#table.arena, at)) return true;
    if (!isKind(this.#table.arena, at, recordKind.views)) return false;
    const dot = text.indexOf('.');
    const label = `.${text.slice(0, dot)}.`;
    if (dot < 0 || this.#special.get(text.slice(dot + 1))?.labels.includes(label) !== true) return false;
    return !this.#partialEndpoints.has(text);
  }

  /** What is known of a host that is served. */
  #published(host: string, name: Uint8Array): Published | undefined {
    const special = this.#special.get(host);
    if (special) return special;
    const at = this.#table.find(name);
    return at >= 0 && isPlainHost(this.#table.arena, at) ? plainHost : undefined;
  }

  /** Remembers what only the table knew of a name, before something is put over it. */
  #saveBelow(text: string, name: Uint8Array): void {
    const at = this.#table.find(name);
    if (at < 0) return;
    const { arena } = this.#table;
    if (isKind(arena, at, recordKind.ancestor)) this.#ancestors.remember(text);
    if (isKind(arena, at, recordKind.pointer)) this.#pointers.set(text, ViewMap.uniform(readPointer(arena, at)));
  }

  #encode(text: string): Uint8Array | undefined {
    if (this.#encoded.text !== text) this.#encoded = { text, name: encodeName(text) };
    return this.#encoded.name;
  }

  /** The kind of the record that a name has; -1 for none. */
  #kindAt(name: Uint8Array): number {
    const at = this.#table.find(name);
    return at < 0 ? -1 : this.#table.arena[at + recordOffset.kind]!;
  }

  #fix(record: NameRecord): void {
    const name = formatName(record.name).slice(0, -1);
    this.#fixed.set(name, record);
    this.#table.set(this.#compiler.compile(record));
    this.#ancestors.move(name, undefined, everybody);
  }
}

/** What is remembered of a host: the labels of its endpoint names, as `.a.b.`, and who sees it. */
interface Published {
  readonly labels: string;
  readonly seenBy: Visibility;
}

const none = '';
const noAddresses: readonly string[] = [];
const plainHost: Published = { labels: none, seenBy: everybody };

function split(labels: string): string[] {
  return labels === none ? [] : labels.slice(1, -1).split('.');
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

function visibilityOf(answers: ViewMap<object | undefined>): Visibility {
  if (answers.others.plain ?? answers.others.meshed) return everybody;
  const seen = [...answers.namespaces].filter(([, { plain, meshed }]) => plain ?? meshed);
  return { all: false, namespaces: new Set(seen.map(([namespace]) => namespace)) };
}

/** For a limited namespace too: what everybody sees exists, though a Sidecar may hide what it says. */
function ancestorRecords(name: Uint8Array, { all, namespaces }: Visibility): Records {
  const record: NameRecord = { name, kind: 'ancestor', flags: 0, ttl: 0 };
  if (all) return ViewMap.uniform<NameRecord | undefined>(record);
  const pair = { plain: record, meshed: record };
  const listed = new Map(Array.from(namespaces, (namespace) => [namespace, pair]));
  return new ViewMap<NameRecord | undefined>({ plain: undefined, meshed: undefined }, listed);
}

/** For each client the upper value, or the lower one where it sees none. */
function layered(upper: Records, lower: Records): Records {
  const pairOf = (namespace: string | undefined): ByMesh<NameRecord | undefined> => ({
    plain: upper.get(namespace, false) ?? lower.get(namespace, false),
    meshed: upper.get(namespace, true) ?? lower.get(namespace, true),
  });
  const namespaces = new Set([...upper.namespaces.keys(), ...lower.namespaces.keys()]);
  return new ViewMap(pairOf(undefined), new Map(Array.from(namespaces, (each) => [each, pairOf(each)])));
}

function isForAll(records: Records): boolean {
  if (records.isUniform) return records.others.plain !== undefined;
  for (const record of records.values()) if (!record) return false;
  return true;
}

function hasAny(answers: ViewMap<HostAnswer | undefined>): boolean {
  if (answers.isUniform) return answers.others.plain !== undefined;
  for (const answer of answers.values()) if (answer) return true;
  return false;
}
