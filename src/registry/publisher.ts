import { encodeName, formatName } from '../wire/name.ts';
import { Ancestors, everybody, type Visibility } from './ancestors.ts';
import type { Compiler, NameRecord, ViewNamespaces } from './compile/compile.ts';
import { namesOf, type ViewedName } from './compile/host-records.ts';
import { isWildcard } from './host.ts';
import type { HostAnswer } from './resolve/answer.ts';
import type { RegistryOptions } from './options.ts';
import { ViewMap, type ByMesh } from './resolve/view-map.ts';
import { recordFlag } from './table/layout.ts';
import type { TableWriter } from './table/writer.ts';

type Records = ViewMap<NameRecord | undefined>;

/**
 * Keeps the answer table in step with the answers of the hosts. A name can be claimed from several sides; for each client
 * the first of these has it that the client sees: a host, an endpoint name of the host above it, the fixed names of an own
 * zone, a reverse name, an ancestor of a name. What everybody sees need not be kept here: what is below it never shows.
 */
export class Publisher {
  readonly #table: TableWriter;
  readonly #compiler: Compiler;
  readonly #namespaces: ViewNamespaces;
  /** Host names that are served. */
  readonly #hosts = new Map<string, Published>();
  readonly #ancestors: Ancestors;
  /** Fixed names of the own zones: apex and `ns.dns.<zone>`. */
  readonly #fixed = new Map<string, NameRecord>();
  /** Hosts that some do not see. */
  readonly #partialHosts = new Map<string, Records>();
  /** Endpoint names that some do not see, or whose host of the same name some do not see. */
  readonly #partialEndpoints = new Map<string, Records>();
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
    this.#ancestors = new Ancestors((name) => this.#renewAncestor(name));
    for (const zone of zones) {
      const suffix = zone === '.' ? '' : `.${zone}`;
      this.#fix({ kind: 'internal', ttl, name: encodeName(zone)!, flags: recordFlag.apex | recordFlag.own });
      const name = encodeName(`ns.dns${suffix}`)!;
      this.#fix({ kind: 'internal', ttl, name, flags: recordFlag.own, addresses: serverAddresses });
    }
  }

  /** How many hosts are served, to whomever. */
  get hosts(): number {
    return this.#hosts.size;
  }

  /** The first host that has endpoints of its own, else the first that is no wildcard: for a hint at the start. */
  get exampleHost(): string | undefined {
    let example: string | undefined;
    for (const [host, { labels }] of this.#hosts) {
      if (isWildcard(host)) continue;
      if (labels.length > 0) return host;
      example ??= host;
    }
    return example;
  }

  /**
   * Serves `answers`, or nothing any more for `host` where nobody gets one. Returns whether any client could see a
   * difference: an answer that compiles to the same bytes touches nothing.
   */
  publish(host: string, answers: ViewMap<HostAnswer | undefined>): boolean {
    const before = this.#hosts.get(host);
    const [own, ...below] = hasAny(answers) ? namesOf(host, answers) : [];
    if (!own) return before ? this.#withdraw(host, before) : false;
    const labels = below.length > 0 ? below.map(({ name }) => firstLabel(name)) : none;
    const seenBy = visibilityOf(answers);
    this.#hosts.set(host, labels === none && seenBy === everybody ? plainHost : { labels, seenBy });
    this.#ancestors.move(host, before?.seenBy, seenBy);
    if (isWildcard(host)) this.#table.addWildcardDepth(host.split('.').length - 1);
    keep(this.#partialHosts, host, isForAll(own.records) ? undefined : own.records);
    let changed = this.#render(host, own.name, own.records);
    for (const name of below) changed = this.#publishEndpoint(name) || changed;
    for (const label of before?.labels ?? none) {
      if (!labels.includes(label)) changed = this.#removeEndpoint(`${label}.${host}`) || changed;
    }
    return changed;
  }

  /** Serves PTR records at a reverse name, or none any more. Returns whether any client could see a difference. */
  publishPointer(text: string, records: Records | undefined): boolean {
    const before = this.#pointers.get(text);
    keep(this.#pointers, text, records);
    if (this.#knownZones.some((zone) => text.endsWith(zone))) {
      this.#ancestors.move(text, before && visibilityOf(before), records && visibilityOf(records));
    }
    return this.#isClaimedForAll(text) ? false : this.#render(text, encodeName(text)!);
  }

  /** The host above, when it has an endpoint name that this host hides or has hidden: it must be published again. */
  hiddenBy(host: string): string | undefined {
    const dot = host.indexOf('.');
    const above = host.slice(dot + 1);
    return dot > 0 && this.#hosts.get(above)?.labels.includes(host.slice(0, dot)) === true ? above : undefined;
  }

  #withdraw(host: string, { labels, seenBy }: Published): boolean {
    this.#hosts.delete(host);
    this.#partialHosts.delete(host);
    this.#ancestors.move(host, seenBy, undefined);
    this.#remove(host);
    for (const label of labels) this.#removeEndpoint(`${label}.${host}`);
    return true;
  }

  #publishEndpoint({ text, name, records }: ViewedName): boolean {
    const isHidden = this.#hosts.has(text) && !this.#partialHosts.has(text);
    const isAlone = isForAll(records) && !this.#hosts.has(text);
    keep(this.#partialEndpoints, text, isHidden || isAlone ? undefined : records);
    return isHidden ? false : this.#render(text, name, isAlone ? records : undefined);
  }

  #removeEndpoint(text: string): boolean {
    this.#partialEndpoints.delete(text);
    return this.#remove(text);
  }

  /** A name has lost a claim: what remains of it is served. */
  #remove(text: string): boolean {
    const isHidden = this.#hosts.has(text) && !this.#partialHosts.has(text);
    const name = isHidden ? undefined : encodeName(text);
    return name ? this.#render(text, name) : false;
  }

  /** Writes what all claims on a name come to, `top` before those that are kept here. */
  #render(text: string, name: Uint8Array, top?: Records): boolean {
    const fixed = this.#fixed.get(text);
    let records = top;
    for (const layer of this.#layers(text)) {
      if (records && isForAll(records)) break;
      records = records ? layered(records, layer) : layer;
    }
    // The apex stays an apex, for all: it has SOA and NS beside what the host says.
    if (fixed) records = records?.map((record) => record && { ...record, flags: record.flags | fixed.flags });
    const bytes = records && this.#compiler.compileViews(name, records, this.#namespaces);
    return bytes ? this.#table.set(bytes) : this.#table.delete(name);
  }

  *#layers(text: string): Iterable<Records> {
    const fixed = this.#fixed.get(text);
    const kept = [
      this.#partialHosts.get(text),
      this.#partialEndpoints.get(text),
      fixed && ViewMap.uniform<NameRecord | undefined>(fixed),
      this.#pointers.get(text),
    ];
    for (const layer of kept) if (layer) yield layer;
    const seenBy = this.#ancestors.seenBy(text);
    if (seenBy) yield ancestorRecords(encodeName(text)!, seenBy);
  }

  /** The descendants of a name have changed, or who sees them. */
  #renewAncestor(text: string): void {
    if (!this.#isClaimedForAll(text)) this.#render(text, encodeName(text)!);
  }

  /** Whether a host or an endpoint name has the name, for everybody. */
  #isClaimedForAll(text: string): boolean {
    if (this.#hosts.has(text)) return !this.#partialHosts.has(text);
    const dot = text.indexOf('.');
    if (dot < 0 || this.#hosts.get(text.slice(dot + 1))?.labels.includes(text.slice(0, dot)) !== true) return false;
    return !this.#partialEndpoints.has(text);
  }

  #fix(record: NameRecord): void {
    const name = formatName(record.name).slice(0, -1);
    this.#fixed.set(name, record);
    this.#table.set(this.#compiler.compile(record));
    this.#ancestors.move(name, undefined, everybody);
  }
}

/** What is remembered of a host: the labels of its endpoint names, and who sees it. */
interface Published {
  readonly labels: readonly string[];
  readonly seenBy: Visibility;
}

const none: readonly string[] = [];
const plainHost: Published = { labels: none, seenBy: everybody };

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
  for (const record of records.values()) if (!record) return false;
  return true;
}

function keep(map: Map<string, Records>, text: string, records: Records | undefined): void {
  if (records) map.set(text, records);
  else map.delete(text);
}

function hasAny(answers: ViewMap<HostAnswer | undefined>): boolean {
  for (const answer of answers.values()) if (answer) return true;
  return false;
}

/** First label of a wire name as text. */
function firstLabel(name: Uint8Array): string {
  return Buffer.from(name.buffer, name.byteOffset + 1, name[0]).toString('latin1');
}
