import { isForLimited, RecordStack } from './compile/choice.ts';
import type { NameRecord } from './compile/compile.ts';
import { ViewMap, type ByMesh } from '../resolve/view-map.ts';

/** What one side has for a name: for each client its record, or `undefined` for those who do not see it. */
export type NameLayer = ViewMap<NameRecord | undefined>;

/** Who sees a name: everybody, or the clients of some namespaces. */
export type Visibility = 'everybody' | ReadonlySet<string>;

/** What a name has for each client: that of the first layer that the client sees. `undefined` where there is none. */
export function resolveLayers(layers: Iterable<NameLayer | undefined>): NameLayer | undefined {
  let resolved: NameLayer | undefined;
  for (const layer of layers) {
    if (!layer) continue;
    resolved = resolved ? layered(resolved, layer) : layer;
    // Nobody sees what is further down, and that is not made at all.
    if (isForAll(resolved)) break;
  }
  return resolved;
}

/** Who gets anything; `undefined` where nobody does. */
export function visibilityOf(views: ViewMap<object | undefined>): Visibility | undefined {
  if (views.others.plain ?? views.others.meshed) return 'everybody';
  const seen = [...views.namespaces].filter(([, { plain, meshed }]) => plain ?? meshed);
  return seen.length === 0 ? undefined : new Set(seen.map(([namespace]) => namespace));
}

/** The layer of a name that has names below it. No Sidecar hides it: what is above a name exists, whoever sees that. */
export function emptyNonTerminalLayer(name: Uint8Array, seenBy: Visibility): NameLayer {
  const record: NameRecord = { name, kind: 'emptyNonTerminal', flags: 0, ttl: 0 };
  if (seenBy === 'everybody') return ViewMap.uniform<NameRecord | undefined>(record);
  const pair = { plain: record, meshed: record };
  const listed = new Map(Array.from(seenBy, (namespace) => [namespace, pair]));
  return new ViewMap<NameRecord | undefined>({ plain: undefined, meshed: undefined }, listed);
}

/** For each client the upper record, or the lower one where it sees none. */
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
function isForAll(layer: NameLayer): boolean {
  const { plain } = layer.others;
  if (layer.isUniform) return plain !== undefined && isForLimited(plain);
  for (const record of layer.values()) if (!record || !isForLimited(record)) return false;
  return true;
}
