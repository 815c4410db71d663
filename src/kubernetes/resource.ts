import type { ObjectKind } from '../registry/model/object.ts';

/** Namespaces are watched only to know whose labels match; they never reach the registry. */
export type WatchedKind = ObjectKind | 'Namespace';

/** Where the API has the objects of a kind. */
export interface Resource {
  readonly kind: WatchedKind;
  readonly plural: string;
  /** Paths of the group's versions, the one to prefer first; all have one schema. */
  readonly versions: readonly string[];
  /** Its definition may not be installed (yet): 404 then means that there are none. */
  readonly isCustom: boolean;
  /** Where it may not be read (403) the rest is served without it: docs/semantics.md section 10. */
  readonly isOptional: boolean;
  readonly fieldSelector: string;
}

const istio = ['apis/networking.istio.io/v1', 'apis/networking.istio.io/v1beta1', 'apis/networking.istio.io/v1alpha3'];
const core = ['api/v1'];

export const resources: Readonly<Record<WatchedKind, Resource>> = {
  ServiceEntry: custom('ServiceEntry', 'serviceentries', false),
  WorkloadEntry: custom('WorkloadEntry', 'workloadentries', true),
  Sidecar: custom('Sidecar', 'sidecars', false),
  Pod: {
    ...builtIn('Pod', 'pods', true),
    // Addresses of Pods that have ended may belong to others by now.
    fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed',
  },
  Service: builtIn('Service', 'services', false),
  Namespace: builtIn('Namespace', 'namespaces', false),
};

function custom(kind: WatchedKind, plural: string, isOptional: boolean): Resource {
  return { kind, plural, versions: istio, isCustom: true, isOptional, fieldSelector: '' };
}

function builtIn(kind: WatchedKind, plural: string, isOptional: boolean): Resource {
  return { kind, plural, versions: core, isCustom: false, isOptional, fieldSelector: '' };
}

/** `networking.istio.io/v1` of `apis/networking.istio.io/v1`. */
export function apiVersionOf(version: string): string {
  return version.replace(/^apis?\//, '');
}

/** Path with query of a collection, from the root of the API server. Parameters that are '' are left out. */
export function collectionPath(
  { plural }: Resource,
  version: string,
  namespace: string | undefined,
  query: Readonly<Record<string, string>>,
): string {
  const within = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const parameters = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''));
  return `/${version}${within}/${plural}?${parameters.toString()}`;
}
