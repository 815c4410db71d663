import { allHosts, servicePort, type Host, type HostList } from './hosts.ts';

const perFile = 10_000;

/** A ServiceEntry as the API has it. */
export interface ServiceEntryObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: object;
  readonly [field: string]: unknown;
}

export function serviceEntryObject({ name, address }: Host): ServiceEntryObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name: name.replace('*.', 'any.').replaceAll('.', '-'), namespace: 'bench' },
    spec: {
      hosts: [name],
      addresses: [address],
      ports: [{ ...servicePort, protocol: 'HTTP' }],
      location: 'MESH_INTERNAL',
      resolution: 'STATIC',
    },
  };
}

/** The contents of JSON files, each one List of some of the hosts' ServiceEntries. */
export function* serviceEntryLists(list: HostList): Generator<string> {
  let items: ServiceEntryObject[] = [];
  const listed = (): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  for (const host of allHosts(list)) {
    items.push(serviceEntryObject(host));
    if (items.length < perFile) continue;
    yield listed();
    items = [];
  }
  if (items.length > 0) yield listed();
}
