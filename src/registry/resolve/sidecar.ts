import { compareAge, type EgressHost, type Sidecar } from '../object.ts';

/**
 * Whether the clients of this Sidecar see a host that a ServiceEntry of the namespace has: an egress host imports it,
 * and none excludes it. A host is imported as in Istio where all that it stands for is: a wildcard ServiceEntry host
 * `*.x.com` by `*.x.com`, `*.com` and `*`, but not by `a.x.com`, though that is a name below it. Without egress hosts
 * everything is.
 *
 * Costs at most one comparison per egress host.
 */
export function egressAllows(sidecar: Sidecar, entryNamespace: string, host: string): boolean {
  const { egressHosts, meta } = sidecar;
  if (egressHosts === undefined) return true;
  let isImported = false;
  for (const egressHost of egressHosts) {
    const excludes = egressHost.namespace.startsWith('~');
    if (isImported && !excludes) continue;
    if (!namespaceMatches(egressHost, excludes, meta.namespace, entryNamespace)) continue;
    if (!covers(egressHost.host, host)) continue;
    if (excludes) return false;
    isImported = true;
  }
  return isImported;
}

/** The default Sidecar among those of one namespace; of several the oldest, then the first by name. */
export function defaultSidecar(sidecars: Iterable<Sidecar>): Sidecar | undefined {
  let found: Sidecar | undefined;
  for (const sidecar of sidecars) {
    if (sidecar.isDefault && (found === undefined || compareAge(sidecar.meta, found.meta) < 0)) found = sidecar;
  }
  return found;
}

function namespaceMatches(
  egressHost: EgressHost,
  excludes: boolean,
  sidecarNamespace: string,
  entryNamespace: string,
): boolean {
  const namespace = excludes ? egressHost.namespace.slice(1) : egressHost.namespace;
  if (namespace === '*' || namespace === '') return true;
  return entryNamespace === (namespace === '.' ? sidecarNamespace : namespace);
}

/** `*.suffix` covers what ends in `.suffix`: names below it, wildcards at or below it, but not the suffix itself. */
function covers(egressHost: string, host: string): boolean {
  if (egressHost === '*' || egressHost === host) return true;
  return egressHost.startsWith('*.') && host.endsWith(egressHost.slice(1));
}
