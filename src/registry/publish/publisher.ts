import { encodeName, formatName } from '../../wire/name.ts';
import { EmptyNonTerminals, everybody } from './empty-non-terminals.ts';
import { emptyNonTerminalLayer, hasAny, isForAll, resolveLayers, visibilityOf, type NameLayer } from './name-layers.ts';
import { withFlags } from './compile/choice.ts';
import { Compiler, type NameRecord } from './compile/compile.ts';
import { namesOf, ownRecords, type ViewedName } from './compile/host-records.ts';
import { ViewCompiler, type NamespaceNumbers } from './compile/views.ts';
import { isWildcard } from '../model/host.ts';
import type { RegistryOptions } from '../model/options.ts';
import type { PointerNames } from './ptr-index.ts';
import { noLabels, PublishedNames, type PublishedHost } from './published-names.ts';
import type { HostAnswer } from '../resolve/answer.ts';
import type { ViewMap } from '../resolve/view-map.ts';
import { recordFlag, recordKind } from '../../table/layout.ts';
import type { TableWriter } from '../../table/writer.ts';

type PublisherOptions = Pick<RegistryOptions, 'zones' | 'zonesBelow' | 'allocationZones' | 'ttl'>;

/**
 * Keeps the answer table in step with the answers of the hosts. A name can be claimed from several sides; for each client
 * the first of these has it that the client sees: a host, an endpoint name of the host above it, the fixed names of an own
 * zone, a reverse name, an ancestor of a name.
 */
export class Publisher {
  readonly #table: TableWriter;
  readonly #compiler = new Compiler();
  readonly #views: ViewCompiler;
  readonly #answersOf: (host: string) => ViewMap<HostAnswer | undefined>;
  readonly #names: PublishedNames;
  readonly #ancestors: EmptyNonTerminals;
  /** Zones where the server says what exists, so that ancestors of reverse names count. */
  readonly #knownZones: readonly string[];
  #hosts = 0;

  /**
   * `zones` are absolute, and so are `allocationZones`, those of the ranges that automatic addresses come from;
   * `serverAddresses` is what `ns.dns.<zone>` answers, `ttl` of that in seconds. `answersOf` is asked for what a host
   * answers that some do not see, when something else comes to its name: to keep that would take more memory than the rest.
   */
  constructor(
    table: TableWriter,
    namespaces: NamespaceNumbers,
    { zones, zonesBelow = [], allocationZones, ttl }: PublisherOptions,
    serverAddresses: readonly string[],
    answersOf: (host: string) => ViewMap<HostAnswer | undefined>,
  ) {
    this.#answersOf = answersOf;
    this.#table = table;
    this.#views = new ViewCompiler(this.#compiler, namespaces);
    this.#names = new PublishedNames(table);
    this.#knownZones = [...zones, ...allocationZones].map((zone) => `.${zone}`.slice(0, -1));
    this.#ancestors = new EmptyNonTerminals(
      (name) => this.#renewAncestor(name),
      (name) => this.#names.kindAt(encodeName(name)!) === recordKind.emptyNonTerminal,
    );
    for (const zone of zones) {
      const suffix = zone === '.' ? '' : `.${zone}`;
      this.#fix({ kind: 'internal', ttl, name: encodeName(zone)!, flags: recordFlag.apex | recordFlag.own });
      const name = encodeName(`ns.dns${suffix}`)!;
      this.#fix({ kind: 'internal', ttl, name, flags: recordFlag.own, addresses: serverAddresses });
    }
    // As if each had a name below it.
    for (const zone of zonesBelow) this.#ancestors.move(`*.${zone.slice(0, -1)}`, undefined, everybody);
  }

  /** How many hosts are served, to whomever. */
  get hosts(): number {
    return this.#hosts;
  }

  /** What was published, to be read. */
  get names(): Pick<PublishedNames, 'exampleHost' | 'endpointHostOf'> & PointerNames {
    return this.#names;
  }

  /**
   * Serves `answers`, or nothing any more for `host` where nobody gets one. Returns whether any client could see a
   * difference: an answer that compiles to the same bytes touches nothing.
   */
  publish(host: string, answers: ViewMap<HostAnswer | undefined>): boolean {
    const name = this.#names.encode(host);
    if (!name) return false;
    const before = this.#names.hostAt(host, name);
    if (!hasAny(answers)) return before ? this.#withdraw(host, name, before) : false;
    const own = ownRecords(name, host, answers);
    const below = namesOf(host, answers);
    const seenBy = visibilityOf(answers);
    const labels = below.length === 0 ? noLabels : `.${below.map(({ label }) => label).join('.')}.`;
    if (!before) this.#hosts++;
    this.#names.keepHost(host, { labels, seenBy }, own);
    this.#ancestors.move(host, before?.seenBy, seenBy);
    if (isWildcard(host)) this.#table.addWildcardDepth(host.split('.').length - 1);
    if (!before) this.#saveBelow(host, name);
    let changed = this.#render(host, name, own);
    for (const each of below) changed = this.#publishEndpoint(each) || changed;
    const left = before === undefined || before.labels === labels ? [] : split(before.labels);
    const kept = left.length > 0 ? new Set(split(labels)) : undefined;
    for (const label of left) if (!kept?.has(label)) changed = this.#removeEndpoint(`${label}.${host}`) || changed;
    return changed;
  }

  /** Serves PTR records at a reverse name, or none any more. Returns whether any client could see a difference. */
  publishPointer(text: string, records: NameLayer | undefined): boolean {
    const name = this.#names.encode(text)!;
    if (this.#knownZones.some((zone) => text.endsWith(zone))) {
      const before = this.#names.pointerSeenBy(text, name);
      this.#ancestors.move(text, before, records && visibilityOf(records));
    }
    const isHidden = this.#names.isClaimedForAll(text, name);
    if (records) this.#saveAncestor(text, name);
    const isAlone = !isHidden && !this.#names.hasKeptHost(text);
    const isTold = isAlone && records?.isUniform === true && isForAll(records);
    this.#names.keepPointer(text, isTold ? undefined : records);
    return isHidden ? false : this.#render(text, name, isTold ? records : undefined);
  }

  #withdraw(host: string, name: Uint8Array, { labels, seenBy }: PublishedHost): boolean {
    this.#hosts--;
    this.#names.forgetHost(host);
    this.#ancestors.move(host, seenBy, undefined);
    this.#render(host, name);
    for (const label of split(labels)) this.#removeEndpoint(`${label}.${host}`);
    return true;
  }

  #publishEndpoint({ text, name, records }: ViewedName): boolean {
    const isHost = this.#names.hostAt(text, name) !== undefined;
    const isHidden = isHost && !this.#names.isPartialHost(text);
    const isAlone = isForAll(records) && !isHost;
    this.#names.keepEndpoint(text, isHidden || isAlone ? undefined : records);
    if (isHidden) return false;
    this.#saveBelow(text, name);
    return this.#render(text, name, isAlone ? records : undefined);
  }

  /** An endpoint name has gone: what remains of the name is served. */
  #removeEndpoint(text: string): boolean {
    this.#names.keepEndpoint(text, undefined);
    const name = encodeName(text)!;
    const isHidden = this.#names.hostAt(text, name) !== undefined && !this.#names.isPartialHost(text);
    return isHidden ? false : this.#render(text, name);
  }

  /** Writes what all claims on a name come to, `top` before those that are kept. */
  #render(text: string, name: Uint8Array, top?: NameLayer): boolean {
    let records = top && isForAll(top) ? top : resolveLayers(this.#claimsAt(text, name, top));
    const fixed = this.#names.fixedAt(text);
    // The apex stays an apex, for all: it has SOA and NS beside what the host says.
    if (fixed) records = records?.map((record) => record && withFlags(record, fixed.flags));
    const bytes = records && this.#views.compile(name, records);
    return bytes ? this.#table.set(bytes) : this.#table.delete(name);
  }

  *#claimsAt(text: string, name: Uint8Array, top: NameLayer | undefined): Iterable<NameLayer> {
    // What is on top is the host's, or there is none.
    const first = top ?? (this.#names.isPartialHost(text) ? ownRecords(name, text, this.#answersOf(text)) : undefined);
    if (first) yield first;
    yield* this.#names.claimsAt(text);
    const seenBy = this.#ancestors.seenBy(text);
    if (seenBy) yield emptyNonTerminalLayer(name, seenBy);
  }

  /** The descendants of a name have changed, or who sees them. */
  #renewAncestor(text: string): void {
    const name = encodeName(text)!;
    const isHidden = this.#names.isClaimedForAll(text, name) || this.#names.isPointerForAll(text, name);
    if (!isHidden) this.#render(text, name);
  }

  /** Remembers what only the table knew of a name, before something is put over it. */
  #saveBelow(text: string, name: Uint8Array): void {
    this.#saveAncestor(text, name);
    if (this.#names.kindAt(name) === recordKind.ptr) this.#names.savePointer(text, name);
  }

  #saveAncestor(text: string, name: Uint8Array): void {
    if (this.#names.kindAt(name) === recordKind.emptyNonTerminal) this.#ancestors.remember(text);
  }

  #fix(record: NameRecord): void {
    const name = formatName(record.name).slice(0, -1);
    this.#names.keepFixed(name, record);
    this.#table.set(this.#compiler.compile(record));
    this.#ancestors.move(name, undefined, everybody);
  }
}

function split(labels: string): string[] {
  return labels === noLabels ? [] : labels.slice(1, -1).split('.');
}
