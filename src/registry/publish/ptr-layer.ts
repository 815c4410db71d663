import { dashedAddress } from '../../wire/address.ts';
import { hiddenRecord, type Choice } from './compile/choice.ts';
import type { NameRecord, PtrTargets } from './compile/compile.ts';
import type { NameLayer } from './name-layers.ts';
import type { PtrCandidate } from './ptr-candidates.ts';
import { ViewMap, type ByMesh } from '../resolve/view-map.ts';
import { maxPtrs } from '../../table/layout.ts';

/** Hosts that share an address and are looked through for a client that a Sidecar limits: the oldest ones. */
const maxTargets = 256;

/** The PTR records of a reverse name (wire form) for the address; `undefined` where no host has it. Candidates are in order. */
export function ptrLayer(
  name: Uint8Array,
  address: string,
  candidates: readonly PtrCandidate[],
): NameLayer | undefined {
  if (candidates.length === 0) return undefined;
  const recordFor = (namespace: string | undefined, isMeshed: boolean): NameRecord | undefined => {
    const record = commonRecord(name, candidates, namespace, isMeshed);
    const choices = targetsChoice(name, address, candidates, namespace, isMeshed);
    if (!choices) return record;
    return record ? { ...record, choices } : hiddenRecord(name, choices);
  };
  if (candidates.every(({ ptrs, limited }) => ptrs.isUniform && (!limited || limited.isUniform))) {
    return ViewMap.uniform(recordFor(undefined, false));
  }
  const pairOf = (namespace: string | undefined): ByMesh<NameRecord | undefined> => ({
    plain: recordFor(namespace, false),
    meshed: recordFor(namespace, true),
  });
  const namespaces = new Set(
    candidates.flatMap(({ ptrs, limited }) => [...differing(ptrs), ...(limited ? differing(limited) : [])]),
  );
  return new ViewMap(pairOf(undefined), new Map(Array.from(namespaces, (each) => [each, pairOf(each)])));
}

/** The namespaces whose clients get something else than most. */
function* differing({ others, namespaces }: ViewMap<object | undefined>): Iterable<string> {
  for (const [namespace, { plain, meshed }] of namespaces) {
    if (plain !== others.plain || meshed !== others.meshed) yield namespace;
  }
}

/** What clients get that no Sidecar limits. */
function commonRecord(
  name: Uint8Array,
  candidates: readonly PtrCandidate[],
  namespace: string | undefined,
  isMeshed: boolean,
): NameRecord | undefined {
  const targets: string[] = [];
  let least = Infinity;
  for (const { ptrs } of candidates) {
    const ptr = ptrs.get(namespace, isMeshed);
    if (!ptr) continue;
    targets.push(ptr.target);
    least = Math.min(least, ptr.ttl);
    if (targets.length === maxPtrs) break;
  }
  return targets.length === 0 ? undefined : { name, kind: 'ptr', flags: 0, ttl: least, ptrs: targets };
}

/** What clients may get that a Sidecar limits. */
function targetsChoice(
  name: Uint8Array,
  address: string,
  candidates: readonly PtrCandidate[],
  namespace: string | undefined,
  isMeshed: boolean,
): Choice | undefined {
  const found: PtrTargets['candidates'][number][] = [];
  for (const { host, limited } of candidates) {
    const by: PtrTargets['candidates'][number]['by'][number][] = [];
    for (let each = limited?.get(namespace, isMeshed); each; each = each.next) {
      by.push({ namespace: each.namespace, ttl: each.ttl, isEndpoint: each.target !== host });
    }
    if (by.length > 0) found.push({ host, by });
    if (found.length === maxTargets) break;
  }
  if (found.length === 0) return undefined;
  const targets: PtrTargets = { label: dashedAddress(address), candidates: found };
  const record: NameRecord = { name, kind: 'targets', flags: 0, ttl: 0, targets };
  return { when: 'targets', namespace: '', record, next: undefined };
}
