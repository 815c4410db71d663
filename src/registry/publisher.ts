import { encodeName, formatName } from '../wire/name.ts';
import { Ancestors, everybody, type Visibility } from './ancestors.ts';
import type { Compiler, NameRecord, ViewNamespaces } from './compile/compile.ts';
import { namesOf, type ViewedName } from './compile/host-records.ts';
import { isWildcard } from './host.ts';
import type { HostAnswer } from './resolve/answer.ts';
import { ViewMap } from './resolve/view-map.ts';
import { recordFlag } from './table/layout.ts';
import type { TableWriter } from './table/writer.ts';

/**
 * Keeps the answer table in step with the answers of the hosts. A name can be claimed from several sides; the first of
 * these has it: a host, an endpoint name of the host above it, the fixed names of an own zone, an ancestor of a name.
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

  /**
   * `zones` are absolute; `serverAddresses` is what `ns.dns.<zone>` answers, `ttl` of that in seconds.
   */
  constructor(
    table: TableWriter,
    compiler: Compiler,
    namespaces: ViewNamespaces,
    zones: readonly string[],
    serverAddresses: readonly string[],
    ttl: number,
  ) {
    this.#table = table;
    this.#compiler = compiler;
    this.#namespaces = namespaces;
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

  /** Whether the host is served to anybody: then no endpoint name of the host above is. */
  has(host: string): boolean {
    return this.#hosts.has(host);
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
    let changed = this.#write(own);
    for (const name of below) if (!this.#hosts.has(name.text)) changed = this.#write(name) || changed;
    for (const label of before?.labels ?? none) {
      if (!labels.includes(label)) changed = this.#remove(`${label}.${host}`) || changed;
    }
    return changed;
  }

  /** The host above, when it has an endpoint name that this host hides or has hidden: it must be published again. */
  hiddenBy(host: string): string | undefined {
    const dot = host.indexOf('.');
    const above = host.slice(dot + 1);
    return dot > 0 && this.#hosts.get(above)?.labels.includes(host.slice(0, dot)) === true ? above : undefined;
  }

  #withdraw(host: string, { labels, seenBy }: Published): boolean {
    this.#hosts.delete(host);
    this.#ancestors.move(host, seenBy, undefined);
    this.#remove(host);
    for (const label of labels) this.#remove(`${label}.${host}`);
    return true;
  }

  #write({ text, name, records }: ViewedName): boolean {
    const fixed = this.#fixed.get(text);
    // The apex stays an apex, for all: it has SOA and NS beside what the host says.
    const merged = fixed
      ? records.map((record) => (record ? { ...record, flags: record.flags | fixed.flags } : fixed))
      : records;
    const bytes = this.#compiler.compileViews(name, merged, this.#namespaces);
    return bytes ? this.#table.set(bytes) : this.#remove(text);
  }

  /** Takes a name away, or leaves what remains of it. */
  #remove(name: string): boolean {
    if (this.#hosts.has(name)) return false;
    const wire = encodeName(name);
    if (!wire) return false;
    const fixed = this.#fixed.get(name);
    if (fixed) return this.#table.set(this.#compiler.compile(fixed));
    const ancestor = this.#ancestorRecord(name, wire);
    return ancestor ? this.#table.set(ancestor) : this.#table.delete(wire);
  }

  /** The descendants of a name have changed, or who sees them. */
  #renewAncestor(name: string): void {
    if (!this.#isClaimed(name)) this.#remove(name);
  }

  #ancestorRecord(text: string, name: Uint8Array): Uint8Array | undefined {
    const seenBy = this.#ancestors.seenBy(text);
    if (!seenBy) return undefined;
    const record: NameRecord = { name, kind: 'ancestor', flags: 0, ttl: 0 };
    const pair = { plain: record, meshed: record };
    const unseen = { plain: undefined, meshed: undefined };
    const namespaces = new Map(Array.from(seenBy.namespaces, (namespace) => [namespace, pair]));
    const views = new ViewMap<NameRecord | undefined>(seenBy.all ? pair : unseen, namespaces);
    return this.#compiler.compileViews(name, views, this.#namespaces);
  }

  /** Whether something other than its descendants gives the name a record. */
  #isClaimed(name: string): boolean {
    if (this.#hosts.has(name) || this.#fixed.has(name)) return true;
    const dot = name.indexOf('.');
    return dot > 0 && this.#hosts.get(name.slice(dot + 1))?.labels.includes(name.slice(0, dot)) === true;
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

function visibilityOf(answers: ViewMap<HostAnswer | undefined>): Visibility {
  if (answers.others.plain ?? answers.others.meshed) return everybody;
  const seen = [...answers.namespaces].filter(([, { plain, meshed }]) => plain ?? meshed);
  return { all: false, namespaces: new Set(seen.map(([namespace]) => namespace)) };
}

function hasAny(answers: ViewMap<HostAnswer | undefined>): boolean {
  for (const answer of answers.values()) if (answer) return true;
  return false;
}

/** First label of a wire name as text. */
function firstLabel(name: Uint8Array): string {
  return Buffer.from(name.buffer, name.byteOffset + 1, name[0]).toString('latin1');
}
