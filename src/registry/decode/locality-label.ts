import type { Labels } from '../model/object.ts';

/** Those of Istio: the first that is there counts. */
const names = ['topology.istio.io/locality', 'istio-locality'];

/**
 * The locality that labels say, as Istio reads it (pkg/model, GetLocalityLabel): `region/zone/subzone`, or with `.` for `/`,
 * which the label of a Kubernetes object cannot hold. '' where they say none.
 */
export function labelledLocality(labels: Labels): string {
  if (labels.size === 0) return '';
  const found = names.map((name) => labels.get(name) ?? '').find((value) => value !== '') ?? '';
  return found.includes('/') ? found : found.replaceAll('.', '/');
}
