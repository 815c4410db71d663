/** The options of the `serviceentry` directive that decide what is answered (docs/semantics.md section 11). Plain data. */
export interface RegistryOptions {
  /** TTL of positive answers in seconds, where the ServiceEntry says none. */
  readonly ttl: number;
  /** Who gets automatically allocated addresses. */
  readonly autoAddresses: 'off' | 'meshed' | 'all';
  /** Addresses or SRV records that one answer has at the most; as many as fit where the option is not used. */
  readonly maxRecords?: number;
  readonly endpointAnswers: 'all' | 'internal' | 'off';
  readonly merge: 'union' | 'oldest';
  /** Lower-case names without trailing dot; `undefined` where the option is not used. */
  readonly only: readonly string[] | undefined;
  readonly except: readonly string[];
  /** Namespace → names that its hosts must be at or below. */
  readonly allow: ReadonlyMap<string, readonly string[]>;
  /** exportTo of ServiceEntries that say none. */
  readonly defaultExportTo: readonly string[];
  /** The Sidecar that counts for a client limits what it sees. */
  readonly sidecars: boolean;
  /** The namespace whose default Sidecar is that of all namespaces without one. */
  readonly rootNamespace: string;
  /** A Kubernetes Service takes precedence over a ServiceEntry of the same name, but for clients of its namespace. */
  readonly services: boolean;
  /** `REGION/ZONE/SUBZONE` of clients of which nothing else says where they are; '' where the option is not used. */
  readonly locality: string;
  /** Where a Pod is follows from its node. */
  readonly nodes: boolean;
  /** Something says where clients are: this, `client_locality` or `nodes`. SRV priorities follow from it. */
  readonly usesLocality: boolean;
  /** What becomes of addresses that are not in the client's locality. */
  readonly nearest: 'off' | 'first' | 'only';
  /** Which endpoints of STATIC are checked (option `check`): those outside of the mesh, or inside too. */
  readonly checked: 'off' | 'external' | 'all';
  /** The own zones, lower-case, absolute. */
  readonly zones: readonly string[];
  /** Zones of other server blocks below the own ones: they exist, and nothing else is known of them here. Absolute. */
  readonly zonesBelow?: readonly string[];
  /** Reverse zones of the ranges that automatic addresses come from: what is unknown there never leaks upstream. */
  readonly allocationZones: readonly string[];
}

/** What counts where the directive says nothing; the zones follow from the server block. */
export const defaultRegistryOptions: RegistryOptions = {
  ttl: 30,
  autoAddresses: 'off',
  endpointAnswers: 'all',
  merge: 'union',
  only: undefined,
  except: [],
  allow: new Map(),
  defaultExportTo: ['*'],
  sidecars: false,
  rootNamespace: 'istio-system',
  services: false,
  locality: '',
  nodes: false,
  usesLocality: false,
  nearest: 'off',
  checked: 'off',
  zones: [],
  allocationZones: [],
};
