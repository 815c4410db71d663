import { encodeName, formatName } from '../wire/name.ts';
import { Compiler, recordsOf, type NameRecord } from './compile/compile.ts';
import { isWildcard } from './host.ts';
import type { HostAnswer } from './resolve/answer.ts';
import { recordFlag } from './table/layout.ts';
import type { TableWriter } from './table/writer.ts';

/**
 * Keeps the answer table in step with the answers of the hosts. A name can be claimed from several sides; the first of
 * these has it: a host, an endpoint name of the host above it, the fixed names of an own zone, an ancestor of a name.
 */
export class Publisher {
  readonly #table: TableWriter;
  readonly #compiler = new Compiler();
  /** Host names that are served, with the labels of their endpoint names where they have any. */
  readonly #hosts = new Map<string, readonly string[] | undefined>();
  /** Ancestor → how many names are below it. */
  readonly #ancestors = new Map<string, number>();
  /** Fixed names of the own zones: apex and `ns.dns.<zone>`. */
  readonly #fixed = new Map<string, NameRecord>();

  /**
   * `zones` are absolute; `serverAddresses` is what `ns.dns.<zone>` answers, `ttl` of that in seconds.
   */
  constructor(table: TableWriter, zones: readonly string[], serverAddresses: readonly string[], ttl: number) {
    this.#table = table;
    for (const zone of zones) {
      const empty = { kind: 'internal', ttl, services: [], endpoints: new Map() } as const;
      const suffix = zone === '.' ? '' : `.${zone}`;
      this.#fix({ ...empty, name: encodeName(zone)!, flags: recordFlag.apex, addresses: [] });
      this.#fix({ ...empty, name: encodeName(`ns.dns${suffix}`)!, flags: 0, addresses: serverAddresses });
    }
  }

  /** How many hosts are served. */
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
   * Serves `answer`, or nothing any more for `host` where it is `undefined`. Returns whether any client could see a
   * difference: an answer that compiles to the same bytes touches nothing.
   */
  publish(host: string, answer: HostAnswer | undefined): boolean {
    const before = this.#hosts.get(host);
    const isNew = !this.#hosts.has(host);
    if (!answer) return isNew ? false : this.#withdraw(host, before ?? []);
    const [own, ...below] = recordsOf(answer);
    if (!own) return false;
    const labels = below.map(({ name }) => formatLabel(name));
    this.#hosts.set(host, labels.length > 0 ? labels : undefined);
    if (isNew) this.#countAncestors(host, 1);
    if (isWildcard(host)) this.#table.addWildcardDepth(host.split('.').length - 1);
    let changed = this.#write(host, own);
    for (const record of below) {
      const name = `${formatLabel(record.name)}.${host}`;
      if (!this.#hosts.has(name)) changed = this.#write(name, record) || changed;
    }
    for (const label of before ?? []) {
      if (!labels.includes(label)) changed = this.#remove(`${label}.${host}`) || changed;
    }
    return changed;
  }

  #withdraw(host: string, labels: readonly string[]): boolean {
    this.#hosts.delete(host);
    this.#countAncestors(host, -1);
    this.#remove(host);
    for (const label of labels) this.#remove(`${label}.${host}`);
    return true;
  }

  /** The host above, when it has an endpoint name that this host hides or has hidden: it must be published again. */
  hiddenBy(host: string): string | undefined {
    const dot = host.indexOf('.');
    const above = host.slice(dot + 1);
    return dot > 0 && this.#hosts.get(above)?.includes(host.slice(0, dot)) === true ? above : undefined;
  }

  #write(name: string, record: NameRecord): boolean {
    const fixed = this.#fixed.get(name);
    // The apex stays an apex: it has SOA and NS beside what the host or endpoint says.
    const merged = fixed ? { ...record, flags: record.flags | fixed.flags } : record;
    return this.#table.set(this.#compiler.compile(merged));
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
    const nothing = { addresses: [], services: [], endpoints: new Map<string, string[]>() };
    return this.#table.set(this.#compiler.compile({ name, kind: 'ancestor', flags: 0, ttl: 0, ...nothing }));
  }

  #fix(record: NameRecord): void {
    const name = formatName(record.name).slice(0, -1);
    this.#fixed.set(name, record);
    this.#table.set(this.#compiler.compile(record));
    this.#countAncestors(name, 1);
  }
}

/** First label of a wire name as text. */
function formatLabel(name: Uint8Array): string {
  return Buffer.from(name.buffer, name.byteOffset + 1, name[0]).toString('latin1');
}
