import type { NameRecord } from './compile/compile.ts';
import { answersIn } from './compile/host-records.ts';
import { maxHostLength } from '../model/host.ts';
import { limitedPtr, ptrRecord, type PtrCandidate, type LimitedPtr, type Ptr } from './ptr-records.ts';
import type { PublishedNames } from './published-names.ts';
import type { Publisher } from './publisher.ts';
import { RareMap } from '../../collections/rare-map.ts';
import type { HostAnswer } from '../resolve/answer.ts';
import { ViewMap, type ByMesh } from '../resolve/view-map.ts';
import { addressFromReverseName, reverseName } from '../model/reverse-name.ts';
import { endpointTarget } from '../../table/layout.ts';

/** Addresses of a family that the table holds for a host. */
const maxTableAddresses = 65_535;

type Answers = ViewMap<HostAnswer | undefined>;

/** What the index asks for what it has written. */
export type PointerNames = Pick<PublishedNames, 'encode' | 'pointerAt' | 'pointerNames' | 'addressesOf'>;

/**
 * PTR records (docs/semantics.md section 7): which hosts name an address, oldest first, seen by whom. Claims on an address are
 * kept in order, so that a host that shares it with thousands costs a search and not a sort.
 *
 * A claim that is the only one on its address, and is the same for everybody, is not kept: its PTR record says all but
 * the age, and `createdOf` says that when it counts.
 */
export class PtrIndex {
  readonly #publisher: Pick<Publisher, 'publishPointer'>;
  readonly #names: PointerNames;
  readonly #createdOf: (host: string) => number;
  /** Addresses that have several claims, or one that differs by client; and those that are being changed. */
  readonly #claims = new RareMap<PtrCandidate[]>();
  /** Addresses of the hosts of which the table does not say them. */
  readonly #byHost = new RareMap<readonly string[]>();
  #dirty = new Set<string>();
  #changed = false;

  /** `createdOf` gives the age of a host that is the same for everybody (`HostAnswer.created`). */
  constructor(publisher: Pick<Publisher, 'publishPointer'>, names: PointerNames, createdOf: (host: string) => number) {
    this.#publisher = publisher;
    this.#names = names;
    this.#createdOf = createdOf;
  }

  /** What hosts say of an address (canonical), in order; those that this client does not see included. */
  candidatesOf(address: string): readonly PtrCandidate[] {
    const claims = this.#claims.get(address);
    if (claims) return claims;
    const record = this.#names.pointerAt(reverseName(address));
    return record ? [this.#claimIn(record)] : [];
  }

  /** The addresses that some host claims. */
  get addresses(): Iterable<string> {
    return this.#addresses();
  }

  /** Takes note of what a host says now, before that is published. What is served changes until `flush`. */
  update(host: string, answers: Answers): void {
    const before = this.#byHost.get(host) ?? this.#names.addressesOf(host);
    const { plain } = answers.others;
    const isHeeded = plain?.namespace !== undefined || !answers.isUniform;
    if (!isHeeded && (plain?.addresses.length ?? 0) <= maxTableAddresses) {
      this.#updateUniform(host, plain, before);
      return;
    }
    const { addresses, created } = claimedBy(answers);
    for (const address of before) if (!addresses.has(address)) this.#withdraw(address, host);
    if (addresses.size === 0) this.#byHost.delete(host);
    else this.#byHost.set(host, [...addresses]);
    const targets = targetsOf(answers);
    for (const address of addresses) {
      const ptrs = answers.map((answer) => {
        const target = answer && targets.get(answer)?.get(address);
        return target === undefined ? undefined : { target, ttl: answer!.ttl };
      });
      const lists = new Map<HostAnswer, LimitedPtr | undefined>();
      const limited = answers.map((answer) => answer && limitedPtr(answer, address, targets, lists));
      const isLimited = [...limited.values()].some((each) => each !== undefined);
      this.#claim(address, { host, ptrs, created, ...(isLimited ? { limited } : {}) }, before);
    }
  }

  #updateUniform(host: string, answer: HostAnswer | undefined, before: readonly string[]): void {
    this.#byHost.delete(host);
    if (before.length > 0) {
      const claimed = new Set(answer?.ptrs.map(({ address }) => address));
      for (const address of before) if (!claimed.has(address)) this.#withdraw(address, host);
    }
    if (!answer) return;
    for (const { address, target } of answer.ptrs) {
      const ptrs = ViewMap.uniform<Ptr | undefined>({ target, ttl: answer.ttl });
      this.#claim(address, { host, ptrs, created: answer.created }, before);
    }
  }

  /** Writes the reverse names that have changed; returns whether a client could see a difference. */
  flush(): boolean {
    let changed = this.#changed;
    this.#changed = false;
    for (const address of this.#dirty) {
      const claims = this.#claims.get(address) ?? [];
      changed = this.#write(address, claims) || changed;
      if (claims.length === 0 || isTold(claims)) this.#claims.delete(address);
    }
    if (this.#dirty.size > 0) this.#dirty = new Set();
    return changed;
  }

  /** `before` are the addresses that the host may have claimed already. */
  #claim(address: string, claim: PtrCandidate, before: readonly string[]): void {
    const claims = this.#claims.get(address) ?? this.#claimsInTable(address, claim);
    if (!claims) return;
    const own = before.includes(address) ? claims.findIndex(({ host }) => host === claim.host) : -1;
    if (own >= 0 && isSame(claims[own]!, claim)) return;
    if (own >= 0) claims.splice(own, 1);
    claims.splice(placeOf(claim, claims), 0, claim);
    this.#claims.set(address, claims);
    this.#dirty.add(address);
  }

  /**
   * What the PTR record of an address is made of, for a claim that comes to it or replaces it; `undefined` where there is
   * nothing more to do: the record says so already, or the claim is alone and need not be remembered till all are known.
   */
  #claimsInTable(address: string, claim: PtrCandidate): PtrCandidate[] | undefined {
    const text = reverseName(address);
    const record = this.#names.pointerAt(text);
    if (!record) {
      if (!isTold([claim])) return [];
      this.#changed = this.#write(address, [claim]) || this.#changed;
      return undefined;
    }
    if (hostOf(record) !== claim.host) return [this.#claimIn(record)];
    const pointer = isTold([claim]) ? claim.ptrs.others.plain! : undefined;
    return pointer?.target === record.ptrs![0] && pointer?.ttl === record.ttl ? undefined : [];
  }

  #withdraw(address: string, host: string): void {
    const claims = this.#claims.get(address);
    if (!claims) {
      const record = this.#names.pointerAt(reverseName(address));
      if (!record || hostOf(record) !== host) return;
      this.#claims.set(address, []);
    } else {
      const at = claims.findIndex((claim) => claim.host === host);
      if (at < 0) return;
      claims.splice(at, 1);
    }
    this.#dirty.add(address);
  }

  /** The one claim that a record was made of. */
  #claimIn(record: NameRecord): PtrCandidate {
    const host = hostOf(record);
    const pointer: Ptr = { target: record.ptrs![0]!, ttl: record.ttl };
    return { host, ptrs: ViewMap.uniform<Ptr | undefined>(pointer), created: this.#createdOf(host) };
  }

  *#addresses(): Iterable<string> {
    yield* this.#claims.keys();
    for (const text of this.#names.pointerNames()) {
      const address = addressFromReverseName(text)!;
      if (!this.#claims.has(address)) yield address;
    }
  }

  #write(address: string, claims: readonly PtrCandidate[]): boolean {
    const text = reverseName(address);
    if (claims.length === 0) return this.#publisher.publishPointer(text, undefined);
    const name = this.#names.encode(text)!;
    const recordFor = (namespace: string | undefined, isMeshed: boolean): NameRecord | undefined =>
      ptrRecord(name, address, claims, namespace, isMeshed);
    if (claims.every(({ ptrs, limited }) => ptrs.isUniform && (!limited || limited.isUniform))) {
      return this.#publisher.publishPointer(text, ViewMap.uniform(recordFor(undefined, false)));
    }
    const namespaces = new Set(claims.flatMap(({ ptrs, limited }) => [...differing(ptrs), ...differing(limited)]));
    const pair = (namespace: string | undefined): ByMesh<NameRecord | undefined> => ({
      plain: recordFor(namespace, false),
      meshed: recordFor(namespace, true),
    });
    const views = new ViewMap(pair(undefined), new Map(Array.from(namespaces, (each) => [each, pair(each)])));
    return this.#publisher.publishPointer(text, views);
  }
}

/** The namespaces whose clients are told something else than most. */
function* differing(values: ViewMap<object | undefined> | undefined): Iterable<string> {
  if (!values) return;
  const { plain, meshed } = values.others;
  for (const [namespace, pair] of values.namespaces) {
    if (pair.plain !== plain || pair.meshed !== meshed) yield namespace;
  }
}

/** The addresses that a host claims, for whomever, and its age. */
function claimedBy(answers: Answers): { addresses: ReadonlySet<string>; created: number } {
  const addresses = new Set<string>();
  let created = Infinity;
  for (const first of answers.values()) {
    for (const answer of answersIn(first)) {
      for (const { address } of answer.ptrs) addresses.add(address);
      created = Math.min(created, answer.created);
    }
  }
  return { addresses, created };
}

/** The targets of each answer by address. */
function targetsOf(answers: Answers): ReadonlyMap<HostAnswer, ReadonlyMap<string, string>> {
  const targets = new Map<HostAnswer, ReadonlyMap<string, string>>();
  for (const first of answers.values()) {
    for (const answer of answersIn(first)) {
      // What comes behind it was looked at with another.
      if (targets.has(answer)) break;
      targets.set(answer, new Map(answer.ptrs.map(({ address, target }) => [address, target])));
    }
  }
  return targets;
}

/** Whether the PTR record says who claims the address. A target that is too long to be a name is not in it. */
function isTold(claims: readonly PtrCandidate[]): boolean {
  if (claims.length !== 1 || claims[0]!.limited) return false;
  const { isUniform, others } = claims[0]!.ptrs;
  return isUniform && others.plain!.target.length <= maxHostLength;
}

function isSame(a: PtrCandidate, b: PtrCandidate): boolean {
  if (a.limited || b.limited || a.created !== b.created || !a.ptrs.isUniform || !b.ptrs.isUniform) return false;
  const [left, right] = [a.ptrs.others.plain!, b.ptrs.others.plain!];
  return left.target === right.target && left.ttl === right.ttl;
}

/** Whose claim a record is made of that has one target. */
function hostOf({ ptrs, flags }: NameRecord): string {
  const target = ptrs![0]!;
  return (flags & endpointTarget) === 0 ? target : target.slice(target.indexOf('.') + 1);
}

/** Where a claim belongs among those that are in order. */
function placeOf(claim: PtrCandidate, claims: readonly PtrCandidate[]): number {
  let low = 0;
  let high = claims.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(claims[middle]!, claim)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isBefore(a: PtrCandidate, b: PtrCandidate): boolean {
  return a.created < b.created || (a.created === b.created && a.host < b.host);
}
