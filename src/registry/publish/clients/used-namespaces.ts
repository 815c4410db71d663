import type { RegistryObject } from '../../model/object.ts';

/** The namespaces that records of the table may speak of because of an object; one may come several times. */
export function* namespacesIn(object: RegistryObject): Iterable<string> {
  if (object.kind !== 'ServiceEntry' && object.kind !== 'Pod' && object.kind !== 'Sidecar') return;
  yield object.meta.namespace;
  if (object.kind === 'ServiceEntry') yield* namedNamespaces(object.exportTo);
  if (object.kind !== 'Sidecar') return;
  for (const { namespace } of object.egressHosts ?? []) {
    const name = namespace.startsWith('~') ? namespace.slice(1) : namespace;
    if (name !== '') yield* namedNamespaces([name]);
  }
}

/** Those of an exportTo that are names. */
export function namedNamespaces(exportTo: readonly string[]): string[] {
  return exportTo.filter((target) => target !== '*' && target !== '.' && target !== '~');
}
