import { everybody, type Visibility } from './empty-non-terminals.ts';
import { isForLimited, RecordStack } from './compile/choice.ts';
import type { NameRecord } from './compile/compile.ts';
import { ViewMap, type ByMesh } from '../resolve/view-map.ts';

/** One claim on a name: for each client the record that it makes there, or `undefined` for those who do not see it. */
export type NameLayer = ViewMap<NameRecord | undefined>;

/** What claims on a name come to: for each client the first one that it sees. `undefined` where there is none. */
export function resolveLayers(claims: Iterable<NameLayer>): NameLayer | undefined {
  let settled: NameLayer | undefined;
  for (const claim of claims) {
    settled = settled ? layered(settled, claim) : claim;
    // Nobody looks further down.
    if (isForAll(settled)) break;
  }
  return settled;
}

/** Who gets anything. */
export function visibilityOf(answers: ViewMap<object | undefined>): Visibility {
  if (answers.others.plain ?? answers.others.meshed) return everybody;
  const seen = [...answers.namespaces].filter(([, { plain, meshed }]) => plain ?? meshed);
  return { all: false, namespaces: new Set(seen.map(([namespace]) => namespace)) };
}

/** That of an ancestor of names that these see. No Sidecar hides it: what is above a name exists, whoever sees that. */
export function emptyNonTerminalLayer(name: Uint8Array, { all, namespaces }: Visibility): NameLayer {
  const record: NameRecord = { name, kind: 'emptyNonTerminal', flags: 0, ttl: 0 };
  if (all) return ViewMap.uniform<NameRecord | undefined>(record);
  const pair = { plain: record, meshed: record };
  const listed = new Map(Array.from(namespaces, (namespace) => [namespace, pair]));
  return new ViewMap<NameRecord | undefined>({ plain: undefined, meshed: undefined }, listed);
}

/** For each client the upper value, or the lower one where it sees none. */
function layered(upper: NameLayer, lower: NameLayer): NameLayer {
  const stack = new RecordStack();
  if (upper.isUniform && lower.isUniform) return ViewMap.uniform(stack.put(upper.others.plain, lower.others.plain));
  const pairOf = (namespace: string | undefined): ByMesh<NameRecord | undefined> => ({
    plain: stack.put(upper.get(namespace, false), lower.get(namespace, false)),
    meshed: stack.put(upper.get(namespace, true), lower.get(namespace, true)),
  });
  const namespaces = new Set([...upper.namespaces.keys(), ...lower.namespaces.keys()]);
  return new ViewMap(pairOf(undefined), new Map(Array.from(namespaces, (each) => [each, pairOf(each)])));
}

/** Whether everybody sees something, whatever a Sidecar hides. */
export function isForAll(records: NameLayer): boolean {
  const { plain } = records.others;
  if (records.isUniform) return plain !== undefined && isForLimited(plain);
  for (const record of records.values()) if (!record || !isForLimited(record)) return false;
  return true;
}

/** Whether anybody gets anything. */
export function hasAny(answers: ViewMap<object | undefined>): boolean {
  if (answers.isUniform) return answers.others.plain !== undefined;
  for (const answer of answers.values()) if (answer) return true;
  return false;
}
