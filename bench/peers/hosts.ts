/** The zone that all servers serve. */
export const zone = 'mesh.test.';
/** Names that are asked for and do not exist are below it, as the hosts are. */
export const ttlSeconds = 30;
export const negativeTtlSeconds = 5;

/** What is served: hosts with one address each, and wildcard hosts with one each. */
export interface HostList {
  readonly hosts: number;
  readonly wildcards: number;
  /** Whether the peers serve the SRV records too that our server always has. */
  readonly hasSrv: boolean;
}

export const hostLists = {
  a10k: { hosts: 10_000, wildcards: 0, hasSrv: false },
  a100k: { hosts: 100_000, wildcards: 0, hasSrv: false },
  a1m: { hosts: 1_000_000, wildcards: 0, hasSrv: false },
  mixed: { hosts: 10_000, wildcards: 1000, hasSrv: true },
} as const satisfies Record<string, HostList>;

export type HostListName = keyof typeof hostLists;

export interface Host {
  /** Without the last dot; a wildcard host begins with `*.`. */
  readonly name: string;
  readonly address: string;
}

export const servicePort = { name: 'http', number: 80 };

export function hostAt(index: number): Host {
  // They differ in length, as names do.
  return {
    name: `service-${index}.team-${index % 97}.mesh.test`,
    address: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
  };
}

export function wildcardAt(index: number): Host {
  return { name: `*.shop-${index}.tenants.mesh.test`, address: `10.200.${index >> 8}.${index & 255}` };
}

/** All hosts of a list. */
export function* allHosts(list: HostList): Generator<Host> {
  for (let index = 0; index < list.hosts; index++) yield hostAt(index);
  for (let index = 0; index < list.wildcards; index++) yield wildcardAt(index);
}
