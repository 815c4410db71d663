import { compareAge, type ServiceEntry, type Sidecar } from '../model/object.ts';
import type { RegistryOptions } from '../model/options.ts';
import { egressAllows } from './sidecar.ts';

/** The client, as far as answers can depend on it. */
export interface View {
  /** `undefined`: the namespace is not known. */
  readonly namespace: string | undefined;
  /** The mesh captures the client's traffic. */
  readonly isMeshed: boolean;
  /** The Sidecar that counts for the client, where Sidecars are heeded and it has a namespace. */
  readonly sidecar?: Sidecar | undefined;
  /** `region/zone/subzone` of where it is, as far as that is known; `undefined` or '' where it is not. */
  readonly locality?: string | undefined;
}

/** What decides over visibility beside the ServiceEntry itself. */
export interface VisibilityContext {
  readonly options: Pick<RegistryOptions, 'defaultExportTo' | 'merge'>;
  /** Whether a Kubernetes Service has this name, where Services are heeded. */
  hasService(host: string): boolean;
}

/** Why a ServiceEntry serves a host to a client, or not; `explain` shows it. */
export type Precedence =
  /** It serves the host, alone or with others of its namespace. */
  | 'serves'
  /** Another namespace comes before its own. */
  | 'other-namespace'
  /** `merge oldest`, and another of its namespace is older. */
  | 'younger'
  /** A Kubernetes Service of this name comes first. */
  | 'service'
  /** It is not exported to the client's namespace. */
  | 'not-exported'
  /** The client's Sidecar does not import it. */
  | 'sidecar';

/** What the entry's exportTo comes to (Istio's rule: `*` anywhere is public; none written: the option, else public). */
export function effectiveExportTo(
  entry: ServiceEntry,
  { defaultExportTo }: Pick<RegistryOptions, 'defaultExportTo'>,
): readonly string[] {
  if (entry.exportTo.length > 0) return entry.exportTo;
  return defaultExportTo.length > 0 ? defaultExportTo : ['*'];
}

/**
 * The precedence of each ServiceEntry of a host for a client, oldest first (docs/semantics.md section 8). Per host the first of
 * these has it: the client's own namespace, the Kubernetes Service of that name, what is exported to the namespace by
 * name, what is public. Of equal ones the oldest decides for its namespace, and all of that namespace serve.
 */
export function evaluatePrecedence(
  host: string,
  entries: readonly ServiceEntry[],
  view: View,
  context: VisibilityContext,
): { entry: ServiceEntry; precedence: Precedence }[] {
  const ordered = entries.length > 1 ? entries.toSorted((a, b) => compareAge(a.meta, b.meta)) : entries;
  const evaluated = ordered.map((entry) => ({ entry, rank: rankOf(host, entry, view, context) }));
  const best = evaluated.reduce(
    (least, { rank }) => (typeof rank === 'number' ? Math.min(least, rank) : least),
    Infinity,
  );
  const winner = evaluated.find(({ rank }) => rank === best)?.entry;
  // No Sidecar hides a Service: the cluster's DNS answers for it.
  const yieldsToService = best > ownRank && context.hasService(host);
  return evaluated.map(({ entry, rank }) => {
    if (rank === 'not-exported') return { entry, precedence: rank };
    if (yieldsToService) return { entry, precedence: 'service' };
    if (rank === 'sidecar') return { entry, precedence: rank };
    if (entry.meta.namespace !== winner?.meta.namespace) return { entry, precedence: 'other-namespace' };
    return { entry, precedence: context.options.merge === 'oldest' && entry !== winner ? 'younger' : 'serves' };
  });
}

/** Namespaces whose clients may see something else than those of no known namespace. */
export function namespacesOf(
  entries: readonly ServiceEntry[],
  options: Pick<RegistryOptions, 'defaultExportTo'>,
): ReadonlySet<string> {
  if (entries.length === 1 && effectiveExportTo(entries[0]!, options).includes('*')) return noNamespaces;
  const namespaces = new Set<string>();
  for (const entry of entries) {
    namespaces.add(entry.meta.namespace);
    for (const target of effectiveExportTo(entry, options)) {
      if (target !== '*' && target !== '~' && target !== '.') namespaces.add(target);
    }
  }
  return namespaces;
}

const noNamespaces: ReadonlySet<string> = new Set();

/** Of what a client's own namespace has. */
export const ownRank = 0;
const namedRank = 1;
/** Of what a client sees because everybody does. */
export const publicRank = 2;

/** The rank of a ServiceEntry of a host for a client, the lowest first; or why the client does not see it. */
export function rankOf(
  host: string,
  entry: ServiceEntry,
  { namespace, sidecar }: View,
  { options }: Pick<VisibilityContext, 'options'>,
): number | 'not-exported' | 'sidecar' {
  const exportTo = effectiveExportTo(entry, options);
  const isPublic = exportTo.includes('*');
  if (namespace === undefined) return isPublic ? publicRank : 'not-exported';
  const isOwn = entry.meta.namespace === namespace;
  const isNamed = exportTo.includes(namespace);
  if (!isPublic && !isNamed && !(isOwn && exportTo.includes('.'))) return 'not-exported';
  if (sidecar && !egressAllows(sidecar, namespace, entry.meta.namespace, host)) return 'sidecar';
  return isOwn ? ownRank : isNamed && !isPublic ? namedRank : publicRank;
}
