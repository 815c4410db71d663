import type { Resource } from '../../../kubernetes/resource.ts';
import type { ObjectKind } from '../../model/object.ts';

/** Namespaces are watched only to know whose labels match; they never reach the registry. */
export type WatchedKind = ObjectKind | 'Namespace';

const istio = ['apis/networking.istio.io/v1', 'apis/networking.istio.io/v1beta1', 'apis/networking.istio.io/v1alpha3'];
const core = ['api/v1'];

/** Where the API has the objects of each kind. The optional ones are those of docs/semantics.md section 10. */
export const resources: Readonly<Record<WatchedKind, Resource>> = {
  ServiceEntry: custom('serviceentries', false),
  WorkloadEntry: custom('workloadentries', true),
  Sidecar: custom('sidecars', false),
  Pod: {
    ...builtIn('pods', true),
    // Addresses of Pods that have ended may belong to others by now.
    fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed',
  },
  Node: builtIn('nodes', true),
  Service: builtIn('services', false),
  Namespace: builtIn('namespaces', false),
};

/** Whether objects of the kind belong to a revision of Istio's control plane (label `istio.io/rev`). */
export function hasRevision(kind: WatchedKind): boolean {
  return resources[kind].isCustom;
}

function custom(plural: string, isOptional: boolean): Resource {
  return { plural, versions: istio, isCustom: true, isOptional, fieldSelector: '' };
}

function builtIn(plural: string, isOptional: boolean): Resource {
  return { plural, versions: core, isCustom: false, isOptional, fieldSelector: '' };
}
