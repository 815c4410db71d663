import { encodeName } from '../../wire/name.ts';
import { withFlags } from './compile/choice.ts';
import { Compiler, type NameRecord } from './compile/compile.ts';
import { endpointLabels, endpointLayer, hostLayer } from './compile/host-records.ts';
import { ViewCompiler, type NamespaceNumbers } from './compile/views.ts';
import { EmptyNonTerminals } from './empty-non-terminals.ts';
import { isWildcard } from '../model/host.ts';
import type { RegistryOptions } from '../model/options.ts';
import { addressFromReverseName } from '../../wire/reverse-name.ts';
import { emptyNonTerminalLayer, resolveLayers, visibilityOf, type NameLayer } from './name-layers.ts';
import { candidatesIn, type PtrCandidate } from './ptr-candidates.ts';
import { PtrIndex } from './ptr-index.ts';
import { ptrLayer } from './ptr-layer.ts';
import { PublishedHosts } from './published-hosts.ts';
import type { HostAnswer } from '../resolve/answer.ts';
import { ViewMap } from '../resolve/view-map.ts';
import { recordFlag } from '../../table/layout.ts';
import type { TableWriter } from '../../table/writer.ts';

type PublisherOptions = Pick<RegistryOptions, 'zones' | 'zonesBelow' | 'allocationZones' | 'ttl'>;
type Answers = ViewMap<HostAnswer | undefined>;

/** Layers of a name that are at hand. */
interface KnownLayers {
  readonly host?: NameLayer | undefined;
  readonly endpoint?: NameLayer | undefined;
  readonly ptr?: NameLayer | undefined;
}

/** Hosts that are looked through for an example. */
const maxExamples = 1000;

/** What a host has by what the registry has now. */
interface Remade {
  readonly host: string;
  readonly answers: Answers;
  readonly candidates: ReadonlyMap<string, PtrCandidate>;
}

/**
 * Keeps the answer table in step with the answers of the hosts. Several sides may have something for one name; they lie over
 * each other, and each client gets what the first layer has that it sees:
 *
 *     1  host                  the host of this name            10-0-0-1.a.example.com   internal, 10.9.9.9
 *     2  endpoint              an endpoint of the host above                             internal, 10.0.0.1
 *     3  fixed                 the apex and `ns.dns` of an own zone
 *     4  ptr                   of a reverse name: the hosts that have the address
 *     5  empty non-terminal    there is a name below                                     NODATA
 *                                                                       │
 *                          resolveLayers ─► ViewCompiler ─► one record of the table
 *
 * Nothing of this is kept: a layer is made of what the registry has when its name has to be written again. What is kept is
 * what has to be known to take something back: of each host its addresses, its endpoints and who sees it (`PublishedHosts`),
 * of each address its hosts (`PtrIndex`), of each name how many are below it (`EmptyNonTerminals`).
 */
export class Publisher {
  readonly ptrs: Pick<PtrIndex, 'candidatesOf' | 'addresses'>;
  readonly #table: TableWriter;
  readonly #views: ViewCompiler;
  readonly #answersOf: (host: string) => Answers;
  /** Of the host that was made again last, until something changes: it may share thousands of names with others. */
  #remade: Remade | undefined;
  readonly #hosts = new PublishedHosts();
  readonly #fixed = new Map<string, NameRecord>();
  readonly #ptrs: PtrIndex;
  readonly #emptyNonTerminals: EmptyNonTerminals;
  /** Zones where the server says what exists, so that names above reverse names count; each with a dot in front. */
  readonly #reverseZones: readonly string[];

  /**
   * `zones` are absolute, and so are `allocationZones`, those of the ranges that automatic addresses come from;
   * `serverAddresses` is what `ns.dns.<zone>` answers, `ttl` of that in seconds. `answersOf` gives what a host answers now:
   * it is called where a name is written again that the host shares with something else.
   */
  constructor(
    table: TableWriter,
    namespaces: NamespaceNumbers,
    { zones, zonesBelow = [], allocationZones, ttl }: PublisherOptions,
    serverAddresses: readonly string[],
    answersOf: (host: string) => Answers,
  ) {
    this.#table = table;
    this.#views = new ViewCompiler(new Compiler(), namespaces);
    this.#answersOf = answersOf;
    this.#ptrs = new PtrIndex(this.#hosts, (host, address) => this.#remake(host).candidates.get(address));
    this.ptrs = this.#ptrs;
    this.#emptyNonTerminals = new EmptyNonTerminals((name) => this.#write(name));
    this.#reverseZones = [...zones, ...allocationZones].map((zone) => `.${bare(zone)}`);
    for (const zone of zones) {
      const apex = { kind: 'internal', ttl, name: encodeName(zone)!, flags: recordFlag.apex | recordFlag.own } as const;
      this.#fix(bare(zone), apex);
      const server = zone === '.' ? 'ns.dns' : `ns.dns.${bare(zone)}`;
      const name = encodeName(server)!;
      this.#fix(server, { kind: 'internal', ttl, name, flags: recordFlag.own, addresses: serverAddresses });
    }
    // As if each had a name below it.
    for (const zone of zonesBelow) this.#emptyNonTerminals.move(`*.${bare(zone)}`, undefined, 'everybody');
  }

  /** How many hosts are served, to whomever. */
  get hosts(): number {
    return this.#hosts.size;
  }

  /** A host that has endpoints of its own, where one is soon found, else any that is no wildcard. */
  get exampleHost(): string | undefined {
    let example: string | undefined;
    let left = maxExamples;
    for (const [host, { labels }] of this.#hosts) {
      if (left-- === 0) break;
      if (isWildcard(host)) continue;
      if (labels.length > 0) return host;
      example ??= host;
    }
    return example;
  }

  /**
   * Serves what a host answers now, or nothing any more where nobody gets an answer; PTR records change with `flush`.
   * Returns whether any client could see a difference.
   */
  update(host: string, answers: Answers): boolean {
    const name = encodeName(host);
    if (!name) return false;
    if (this.#remade?.host === host) this.#remade = undefined;
    const seenBy = visibilityOf(answers);
    const labels = [...endpointLabels(answers)];
    const candidates = candidatesIn(host, answers);
    const published = seenBy && { addresses: [...candidates.keys()], labels, seenBy };
    const before = this.#hosts.replace(host, published);
    if (!before && !published) return false;
    if (isWildcard(host)) this.#table.addWildcardDepth(host.split('.').length - 1);
    this.#ptrs.update(host, before?.addresses ?? [], candidates);
    this.#emptyNonTerminals.move(host, before?.seenBy, seenBy);
    let changed = this.#write(host, { host: seenBy && hostLayer(name, host, answers) }, name);
    for (const label of before ? new Set([...before.labels, ...labels]) : labels) {
      const text = `${label}.${host}`;
      const below = encodeName(text);
      // No query can have a name over 255 octets.
      if (!below) continue;
      changed = this.#write(text, { endpoint: endpointLayer(below, label, answers) }, below) || changed;
    }
    return changed;
  }

  /** Serves the PTR records that have changed. Returns whether any client could see a difference. */
  flush(): boolean {
    let changed = false;
    for (const { name, layer, seenBefore, seenBy } of this.#ptrs.flush()) {
      if (this.#reverseZones.some((zone) => name.endsWith(zone))) {
        this.#emptyNonTerminals.move(name, seenBefore, seenBy);
      }
      changed = this.#write(name, { ptr: layer }) || changed;
    }
    this.#remade = undefined;
    return changed;
  }

  #remake(host: string): Remade {
    if (this.#remade?.host === host) return this.#remade;
    const answers = this.#answersOf(host);
    return (this.#remade = { host, answers, candidates: candidatesIn(host, answers) });
  }

  #fix(text: string, record: NameRecord): void {
    this.#fixed.set(text, record);
    this.#emptyNonTerminals.move(text, undefined, 'everybody');
    this.#write(text, {}, record.name);
  }

  /** Writes the record of a name. Returns whether any client could see a difference. */
  #write(text: string, known: KnownLayers = {}, name = encodeName(text)!): boolean {
    const fixed = this.#fixed.get(text);
    let layer = resolveLayers(this.#layersAt(text, name, known));
    // The apex stays an apex, for all: it has SOA and NS beside what the host says.
    if (fixed) layer = layer?.map((record) => record && withFlags(record, fixed.flags));
    const bytes = layer && this.#views.compile(name, layer);
    return bytes ? this.#table.set(bytes) : this.#table.delete(name);
  }

  /** The layers of a name, the upper ones first. */
  *#layersAt(text: string, name: Uint8Array, known: KnownLayers): Iterable<NameLayer | undefined> {
    yield known.host ?? (this.#hosts.has(text) ? hostLayer(name, text, this.#remake(text).answers) : undefined);
    yield known.endpoint ?? this.#endpointLayerAt(text, name);
    const fixed = this.#fixed.get(text);
    yield fixed && ViewMap.uniform<NameRecord | undefined>(fixed);
    yield known.ptr ?? this.#ptrLayerAt(text, name);
    const seenBy = this.#emptyNonTerminals.seenBy(text);
    yield seenBy && emptyNonTerminalLayer(name, seenBy);
  }

  #endpointLayerAt(text: string, name: Uint8Array): NameLayer | undefined {
    const dot = text.indexOf('.');
    const [label, host] = [text.slice(0, dot), text.slice(dot + 1)];
    const isEndpoint = dot > 0 && this.#hosts.get(host)?.labels.includes(label);
    return isEndpoint ? endpointLayer(name, label, this.#remake(host).answers) : undefined;
  }

  #ptrLayerAt(text: string, name: Uint8Array): NameLayer | undefined {
    const address = addressFromReverseName(text);
    return address === undefined ? undefined : ptrLayer(name, address, this.#ptrs.candidatesOf(address));
  }
}

/** An absolute name without its trailing dot. */
function bare(name: string): string {
  return name.slice(0, -1);
}
