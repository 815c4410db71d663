import { compareAge, selects, type EgressHost, type Labels, type Sidecar } from '../model/object.ts';

/**
 * Whether clients of a namespace for whom this Sidecar counts see a host that a ServiceEntry of `entryNamespace` has: an
 * egress host imports it, and none excludes it. A host is imported as in Istio where all names that it covers are: a wildcard
 * ServiceEntry host `*.x.com` by `*.x.com`, `*.com` and `*`, but not by `a.x.com`, though that is a name below it. Without
 * egress hosts everything is. `.` is the client's namespace, which is not the Sidecar's where that is the default of all.
 *
 * Costs at most one comparison per egress host. The query half decides the same by search: `egress.ts` of the plugin.
 */
export function egressAllows(
  { egressHosts }: Sidecar,
  clientNamespace: string,
  entryNamespace: string,
  host: string,
): boolean {
  if (egressHosts === undefined) return true;
  let isImported = false;
  for (const egressHost of egressHosts) {
    const excludes = egressHost.namespace.startsWith('~');
    if (isImported && !excludes) continue;
    if (!namespaceMatches(egressHost, excludes, clientNamespace, entryNamespace)) continue;
    if (!covers(egressHost.host, host)) continue;
    if (excludes) return false;
    isImported = true;
  }
  return isImported;
}

/**
 * The order in which the Sidecars of one namespace are tried: those with a selector first, the oldest first of each kind,
 * then by name. As for ServiceEntries, one without timestamp counts as older than any that has one.
 */
export function bySelectorAndAge(a: Sidecar, b: Sidecar): number {
  return Number(a.selector === undefined) - Number(b.selector === undefined) || compareAge(a.meta, b.meta);
}

/**
 * The Sidecar of a client's own namespace that counts for it (docs/semantics.md section 8): the first whose selector selects
 * its Pods, all of them where several share the address, or that has none. A client that is known without a Pod is
 * selected by an empty selector alone. `sidecars` are in the order of `bySelectorAndAge`.
 */
export function ownSidecar(sidecars: readonly Sidecar[], pods: readonly Labels[]): Sidecar | undefined {
  return sidecars.find(({ selector }) => {
    if (selector === undefined || selector.size === 0) return true;
    return pods.length > 0 && pods.every((labels) => selects(selector, labels));
  });
}

/** The Sidecar of the root namespace that counts where a namespace has none: the oldest without a selector. */
export function rootSidecar(sidecars: readonly Sidecar[]): Sidecar | undefined {
  return sidecars.find(({ selector }) => selector === undefined);
}

function namespaceMatches(
  egressHost: EgressHost,
  excludes: boolean,
  clientNamespace: string,
  entryNamespace: string,
): boolean {
  const namespace = excludes ? egressHost.namespace.slice(1) : egressHost.namespace;
  if (namespace === '*' || namespace === '') return true;
  return entryNamespace === (namespace === '.' ? clientNamespace : namespace);
}

/** `*.suffix` covers what ends in `.suffix`: names below it, wildcards at or below it, but not the suffix itself. */
function covers(egressHost: string, host: string): boolean {
  if (egressHost === '*' || egressHost === host) return true;
  return egressHost.startsWith('*.') && host.endsWith(egressHost.slice(1));
}
