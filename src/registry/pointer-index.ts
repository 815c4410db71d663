import { encodeName } from '../wire/name.ts';
import type { NameRecord } from './compile/compile.ts';
import { reverseName } from './compile/pointers.ts';
import type { Publisher } from './publisher.ts';
import type { HostAnswer } from './resolve/answer.ts';
import { ViewMap, type ByMesh } from './resolve/view-map.ts';

/** SEMANTICS.md section 7. */
export const maxPointers = 32;

/** What one host says of one address, to whom. */
export interface Claim {
  readonly host: string;
  readonly pointers: ViewMap<Pointer | undefined>;
  readonly created: number;
}

interface Pointer {
  readonly target: string;
  readonly ttl: number;
}

/**
 * PTR records (SEMANTICS.md section 7): which hosts name an address, oldest first, seen by whom. Claims on an address are
 * kept in order, so that a host that shares it with thousands costs a search and not a sort.
 */
export class PointerIndex {
  readonly #publisher: Pick<Publisher, 'publishPointer'>;
  readonly #claims = new Map<string, Claim[]>();
  readonly #byHost = new Map<string, readonly string[]>();
  readonly #dirty = new Set<string>();

  constructor(publisher: Pick<Publisher, 'publishPointer'>) {
    this.#publisher = publisher;
  }

  /** What hosts say of an address (canonical), in order; those that this client does not see included. */
  claimsOf(address: string): readonly Claim[] {
    return this.#claims.get(address) ?? [];
  }

  /** The addresses that some host claims. */
  get addresses(): Iterable<string> {
    return this.#claims.keys();
  }

  /** Takes note of what a host says now. What is served changes with `flush`. */
  update(host: string, answers: ViewMap<HostAnswer | undefined>): void {
    const addresses = new Set<string>();
    let created = Infinity;
    for (const answer of answers.values()) {
      if (!answer) continue;
      for (const address of answer.pointers.keys()) addresses.add(address);
      created = Math.min(created, answer.created);
    }
    for (const address of this.#byHost.get(host) ?? []) this.#withdraw(address, host);
    if (addresses.size === 0) this.#byHost.delete(host);
    else this.#byHost.set(host, [...addresses]);
    for (const address of addresses) {
      const pointers = answers.map((answer) => {
        const target = answer?.pointers.get(address);
        return answer && target !== undefined ? { target, ttl: answer.ttl } : undefined;
      });
      this.#claim(address, { host, pointers, created });
    }
  }

  /** Writes the reverse names that have changed; returns whether a client could see a difference. */
  flush(): boolean {
    let changed = false;
    for (const address of this.#dirty) changed = this.#write(address) || changed;
    this.#dirty.clear();
    return changed;
  }

  #claim(address: string, claim: Claim): void {
    this.#dirty.add(address);
    const claims = this.#claims.get(address);
    if (!claims) this.#claims.set(address, [claim]);
    else claims.splice(placeOf(claim, claims), 0, claim);
  }

  #withdraw(address: string, host: string): void {
    this.#dirty.add(address);
    const claims = this.#claims.get(address);
    const at = claims?.findIndex((claim) => claim.host === host) ?? -1;
    if (!claims || at < 0) return;
    claims.splice(at, 1);
    if (claims.length === 0) this.#claims.delete(address);
  }

  #write(address: string): boolean {
    const text = reverseName(address);
    const claims = this.#claims.get(address);
    if (!claims) return this.#publisher.publishPointer(text, undefined);
    const name = encodeName(text)!;
    const namespaces = new Set<string>();
    for (const { pointers } of claims) for (const namespace of pointers.namespaces.keys()) namespaces.add(namespace);
    const record = (namespace: string | undefined, isMeshed: boolean): NameRecord | undefined =>
      pointerRecord(name, claims, namespace, isMeshed);
    const pair = (namespace: string | undefined): ByMesh<NameRecord | undefined> => ({
      plain: record(namespace, false),
      meshed: record(namespace, true),
    });
    const views = new ViewMap(pair(undefined), new Map(Array.from(namespaces, (each) => [each, pair(each)])));
    return this.#publisher.publishPointer(text, views);
  }
}

function pointerRecord(
  name: Uint8Array,
  claims: readonly Claim[],
  namespace: string | undefined,
  isMeshed: boolean,
): NameRecord | undefined {
  const targets: string[] = [];
  let least = Infinity;
  for (const { pointers } of claims) {
    const pointer = pointers.get(namespace, isMeshed);
    if (!pointer) continue;
    targets.push(pointer.target);
    least = Math.min(least, pointer.ttl);
    if (targets.length === maxPointers) break;
  }
  return targets.length > 0 ? { name, kind: 'pointer', flags: 0, ttl: least, pointers: targets } : undefined;
}

/** Where a claim belongs among those that are in order. */
function placeOf(claim: Claim, claims: readonly Claim[]): number {
  let low = 0;
  let high = claims.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(claims[middle]!, claim)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isBefore(a: Claim, b: Claim): boolean {
  return a.created < b.created || (a.created === b.created && a.host < b.host);
}
