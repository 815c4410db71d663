import { compareAge, type ServiceEntry } from '../model/object.ts';
import type { HostAnswer } from './answer.ts';
import { resolveFor, serviceAnswer, type ResolveContext } from './resolve.ts';
import { ViewMap, type ByMesh } from './view-map.ts';
import { namespacesOf, ownRank, publicRank, rankOf, type View } from './visibility.ts';

type Answer = HostAnswer | undefined;

/**
 * The answers of one host for all clients. `entries` are the ServiceEntries that have the host and may take it, in any
 * order. `undefined` for clients that see none of them. Pure: the same objects give the same answers.
 *
 * Sidecars are not looked at: where they are heeded, each answer says what comes after it, and the query half takes the
 * first that the client's Sidecar lets through.
 */
export function resolveHost(host: string, entries: readonly ServiceEntry[], context: ResolveContext): ViewMap<Answer> {
  const { autoAddresses, sidecars } = context.options;
  // The mesh matters only where addresses are kept from others.
  const dependsOnMesh = autoAddresses === 'meshed' && entries.some(({ hasAddresses }) => !hasAddresses);
  const pairOf = (resolve: (isMeshed: boolean) => Answer): ByMesh<Answer> => {
    const plain = resolve(false);
    return { plain, meshed: dependsOnMesh ? resolve(true) : plain };
  };
  const groups = sidecars ? byNamespace(entries) : [];
  const others = pairOf((isMeshed) => {
    const view = { namespace: undefined, isMeshed };
    return sidecars ? linked(host, groups, view, context, undefined) : resolveFor(host, entries, view, context);
  });
  const listed = namespacesOf(entries, context.options);
  const owners = context.hasService(host) ? entries.map(({ meta }) => meta.namespace) : [];
  const namespaces = owners.length === 0 ? listed : new Set([...listed, ...owners]);
  if (namespaces.size === 0) return new ViewMap(others);
  const answers = Array.from(namespaces, (namespace): [string, ByMesh<Answer>] => {
    const pair = pairOf((isMeshed) => {
      const view = { namespace, isMeshed };
      const last = isMeshed ? others.meshed : others.plain;
      return sidecars ? linked(host, groups, view, context, last) : resolveFor(host, entries, view, context);
    });
    return [namespace, pair];
  });
  return new ViewMap(others, new Map(answers));
}

/** The ServiceEntries of each namespace, oldest first, and so the namespaces. */
function byNamespace(entries: readonly ServiceEntry[]): ServiceEntry[][] {
  const groups = new Map<string, ServiceEntry[]>();
  for (const entry of entries.toSorted((a, b) => compareAge(a.meta, b.meta))) {
    const group = groups.get(entry.meta.namespace);
    if (group) group.push(entry);
    else groups.set(entry.meta.namespace, [entry]);
  }
  return [...groups.values()];
}

/**
 * What clients of a view get, and behind it, in the order of precedence, what they get where their Sidecar hides a
 * namespace. A Sidecar hides a namespace's ServiceEntries of a host together or not at all. Behind what only the clients
 * of a namespace see comes `others`, what everybody sees, so that it is there once however many namespaces have the host.
 */
function linked(
  host: string,
  groups: readonly (readonly ServiceEntry[])[],
  view: View,
  context: ResolveContext,
  others: Answer,
): Answer {
  const evaluated = groups.map((group) => ({ group, ...precedenceOf(host, group, view, context) }));
  const visible = evaluated.filter(({ rank }) => rank < Infinity);
  if (visible.length === 0) return undefined;
  const hasService = context.hasService(host);
  const isBefore = (rank: number): boolean => rank === ownRank || (!hasService && rank < publicRank);
  const isEverybody = view.namespace === undefined;
  const seen = visible.filter(({ rank }) => (isEverybody ? !hasService : isBefore(rank)));
  seen.sort((a, b) => a.rank - b.rank || compareAge(a.oldest.meta, b.oldest.meta));
  // No Sidecar hides a Service, so that nothing comes behind it.
  let next = hasService ? serviceAnswer(host, visible[0]!.oldest, context) : others;
  for (const { group } of seen.toReversed()) {
    const answer = resolveFor(host, group, view, context);
    if (answer) next = { ...answer, namespace: group[0]!.meta.namespace, otherwise: next };
  }
  return next;
}

/** The best rank that one of the ServiceEntries has for the view, and the oldest that has it. */
function precedenceOf(
  host: string,
  group: readonly ServiceEntry[],
  view: View,
  context: ResolveContext,
): { rank: number; oldest: ServiceEntry } {
  let best = { rank: Infinity, oldest: group[0]! };
  for (const entry of group) {
    const rank = rankOf(host, entry, view, context);
    if (typeof rank === 'number' && rank < best.rank) best = { rank, oldest: entry };
  }
  return best;
}
