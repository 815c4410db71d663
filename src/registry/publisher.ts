import { encodeName, formatName } from '../wire/name.ts';
import type { Compiler, NameRecord, ViewNamespaces } from './compile/compile.ts';
import { namesOf, type ViewedName } from './compile/host-records.ts';
import { isWildcard } from './host.ts';
import type { HostAnswer } from './resolve/answer.ts';
import type { ViewMap } from './resolve/view-map.ts';
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
  /** Host names that are served, with the labels of their endpoint names where they have any. */
  readonly #hosts = new Map<string, readonly string[] | undefined>();
  /** Ancestor → how many names are below it. */
  readonly #ancestors = new Map<string, number>();
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
    for (const [host, labels] of this.#hosts) {
      if (isWildcard(host)) continue;
      if (labels) return host;
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
    const isNew = !this.#hosts.has(host);
    const [own, ...below] = hasAny(answers) ? namesOf(host, answers) : [];
    if (!own) return isNew ? false : this.#withdraw(host, before ?? []);
    const labels = below.map(({ name }) => firstLabel(name));
    this.#hosts.set(host, labels.length > 0 ? labels : undefined);
    if (isNew) this.#countAncestors(host, 1);
    if (isWildcard(host)) this.#table.addWildcardDepth(host.split('.').length - 1);
    let changed = this.#write(own);
    for (const name of below) if (!this.#hosts.has(name.text)) changed = this.#write(name) || changed;
    for (const label of before ?? []) {
      if (!labels.includes(label)) changed = this.#remove(`${label}.${host}`) || changed;
    }
    return changed;
  }

  /** The host above, when it has an endpoint name that this host hides or has hidden: it must be published again. */
  hiddenBy(host: string): string | undefined {
    const dot = host.indexOf('.');
    const above = host.slice(dot + 1);
    return dot > 0 && this.#hosts.get(above)?.includes(host.slice(0, dot)) === true ? above : undefined;
  }

  #withdraw(host: string, labels: readonly string[]): boolean {
    this.#hosts.delete(host);
    this.#countAncestors(host, -1);
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
    if (this.#ancestors.has(name)) return this.#setAncestor(wire);
    return this.#table.delete(wire);
  }

  #countAncestors(host: string, step: 1 | -1): void {
    for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      const name = host.slice(dot + 1);
      const count = (this.#ancestors.get(name) ?? 0) + step;
      if (count > 0) this.#ancestors.set(name, count);
      else this.#ancestors.delete(name);
      if (count !== (step === 1 ? 1 : 0) || this.#isClaimed(name)) continue;
      const wire = encodeName(name);
      if (!wire) continue;
      if (step === 1) this.#setAncestor(wire);
      else this.#table.delete(wire);
    }
  }

  /** Whether something other than its descendants gives the name a record. */
  #isClaimed(name: string): boolean {
    if (this.#hosts.has(name) || this.#fixed.has(name)) return true;
    const dot = name.indexOf('.');
    return dot > 0 && this.#hosts.get(name.slice(dot + 1))?.includes(name.slice(0, dot)) === true;
  }

  #setAncestor(name: Uint8Array): boolean {
    return this.#table.set(this.#compiler.compile({ name, kind: 'ancestor', flags: 0, ttl: 0 }));
  }

  #fix(record: NameRecord): void {
    const name = formatName(record.name).slice(0, -1);
    this.#fixed.set(name, record);
    this.#table.set(this.#compiler.compile(record));
    this.#countAncestors(name, 1);
  }
}

function hasAny(answers: ViewMap<HostAnswer | undefined>): boolean {
  for (const answer of answers.values()) if (answer) return true;
  return false;
}

/** First label of a wire name as text. */
function firstLabel(name: Uint8Array): string {
  return Buffer.from(name.buffer, name.byteOffset + 1, name[0]).toString('latin1');
}
