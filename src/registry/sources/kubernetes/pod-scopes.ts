import type { PodDemand } from '../source.ts';

/** Beyond this one watch of all namespaces is cheaper for everybody than one for each. */
export const maxPodWatches = 16;

/** In which namespaces Pods are watched: a set of names, or `all`. */
export type PodScopes = ReadonlySet<string> | 'all';

/** `allowed` are the namespaces that the Corefile names; empty for all. */
export function podScopes(mode: 'auto' | 'on' | 'off', allowed: readonly string[], demand: PodDemand): PodScopes {
  if (mode === 'off') return new Set();
  if (mode === 'on' || demand.everywhere) return allowed.length > 0 ? new Set(allowed) : 'all';
  if (allowed.length > 0) return new Set(allowed.filter((namespace) => demand.namespaces.has(namespace)));
  return demand.namespaces.size > maxPodWatches ? 'all' : new Set(demand.namespaces);
}
