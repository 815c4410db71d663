import { dashedAddress } from '../../wire/address.ts';
import { hiddenRecord, type Choice } from './compile/choice.ts';
import type { NameRecord, PtrTargets } from './compile/compile.ts';
import { answersIn } from './compile/host-records.ts';
import type { HostAnswer } from '../resolve/answer.ts';
import type { ViewMap } from '../resolve/view-map.ts';
import { endpointTarget, maxPtrs } from '../../table/layout.ts';

/** Hosts that share an address and are looked through for a client that a Sidecar limits: the oldest ones. */
const maxTargets = 256;

/** What one host says of one address, to whom. */
export interface PtrCandidate {
  readonly host: string;
  readonly ptrs: ViewMap<Ptr | undefined>;
  /** Where Sidecars are heeded: what clients that one limits may get. */
  readonly limited?: ViewMap<LimitedPtr | undefined>;
  readonly created: number;
}

export interface Ptr {
  readonly target: string;
  readonly ttl: number;
}

/** A pointer for those who get what the namespace has of the host; and the next such one. */
export interface LimitedPtr extends Ptr {
  readonly namespace: string;
  readonly next: LimitedPtr | undefined;
}

/** The PTR records of an address for one kind of client, with what clients of it get that a Sidecar limits. */
export function ptrRecord(
  name: Uint8Array,
  address: string,
  claims: readonly PtrCandidate[],
  namespace: string | undefined,
  isMeshed: boolean,
): NameRecord | undefined {
  const record = commonRecord(name, claims, namespace, isMeshed);
  const choices = targetsChoice(name, address, claims, namespace, isMeshed);
  if (!choices) return record;
  return record ? { ...record, choices } : hiddenRecord(name, choices);
}

/** What the answer and those behind it say of an address; `lists` has what was found for others. */
export function limitedPtr(
  first: HostAnswer,
  address: string,
  targets: ReadonlyMap<HostAnswer, ReadonlyMap<string, string>>,
  lists: Map<HostAnswer, LimitedPtr | undefined>,
): LimitedPtr | undefined {
  const lacking: HostAnswer[] = [];
  let list: LimitedPtr | undefined;
  for (const answer of answersIn(first)) {
    if (lists.has(answer)) {
      list = lists.get(answer);
      break;
    }
    lacking.push(answer);
  }
  for (const answer of lacking.toReversed()) {
    const target = targets.get(answer)?.get(address);
    const { namespace, ttl } = answer;
    if (target !== undefined && namespace !== undefined) list = { namespace, target, ttl, next: list };
    lists.set(answer, list);
  }
  return list;
}

/** What clients that a Sidecar limits may be told of an address. */
function targetsChoice(
  name: Uint8Array,
  address: string,
  claims: readonly PtrCandidate[],
  namespace: string | undefined,
  isMeshed: boolean,
): Choice | undefined {
  const found: PtrTargets['candidates'][number][] = [];
  for (const { host, limited } of claims) {
    const by: PtrTargets['candidates'][number]['by'][number][] = [];
    for (let each = limited?.get(namespace, isMeshed); each; each = each.next) {
      by.push({ namespace: each.namespace, ttl: each.ttl, isEndpoint: each.target !== host });
    }
    if (by.length > 0) found.push({ host, by });
    if (found.length === maxTargets) break;
  }
  if (found.length === 0) return undefined;
  const targets: PtrTargets = { label: dashedAddress(address), candidates: found };
  return {
    when: 'targets',
    namespace: '',
    record: { name, kind: 'targets', flags: 0, ttl: 0, targets },
    next: undefined,
  };
}

function commonRecord(
  name: Uint8Array,
  claims: readonly PtrCandidate[],
  namespace: string | undefined,
  isMeshed: boolean,
): NameRecord | undefined {
  const targets: string[] = [];
  let least = Infinity;
  for (const { ptrs } of claims) {
    const pointer = ptrs.get(namespace, isMeshed);
    if (!pointer) continue;
    targets.push(pointer.target);
    least = Math.min(least, pointer.ttl);
    if (targets.length === maxPtrs) break;
  }
  if (targets.length === 0) return undefined;
  const flags = claims.length === 1 && targets[0] !== claims[0]!.host ? endpointTarget : 0;
  return { name, kind: 'ptr', flags, ttl: least, ptrs: targets };
}
