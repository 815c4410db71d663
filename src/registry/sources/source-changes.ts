import type { RegistryObject } from '../model/object.ts';
import type { Change } from './source.ts';

/**
 * Changes of one of several sources, marked so that its objects differ from those of the same name in others. A
 * source knows nothing of the others, and `source` is its place among them, from 0. Each is marked on demand.
 */
export function changesOfSource(changes: Iterable<Change>, source: number): Iterable<Change> {
  return source === 0 ? changes : marked(changes, source);
}

function* marked(changes: Iterable<Change>, source: number): Iterable<Change> {
  for (const change of changes) {
    yield change.type === 'delete' ? { ...change, source } : { ...change, object: ofSource(change.object, source) };
  }
}

function ofSource(object: RegistryObject, source: number): RegistryObject {
  const { meta } = object;
  return { ...object, meta: { ...meta, origin: { ...meta.origin, source } } };
}
