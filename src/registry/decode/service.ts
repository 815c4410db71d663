import type { Fields } from '../../runtime/untyped.ts';
import type { ObjectMeta, Service } from '../model/object.ts';

/** Only that a Service of this name exists matters: the cluster's own DNS answers for it, whatever its spec says. */
export function readService(_object: Fields, meta: ObjectMeta): Service {
  return { kind: 'Service', meta };
}
