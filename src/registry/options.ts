/** The options of the `serviceentry` directive that decide what is answered (SEMANTICS.md section 11). Plain data. */
export interface RegistryOptions {
  /** TTL of positive answers in seconds, where the ServiceEntry says none. */
  readonly ttl: number;
  readonly autoAddresses: 'off' | 'all';
  readonly endpointAnswers: 'all' | 'internal' | 'off';
  readonly merge: 'union' | 'oldest';
  /** Lower-case names without trailing dot; `undefined` where the option is not used. */
  readonly only: readonly string[] | undefined;
  readonly except: readonly string[];
  /** Namespace → names that its hosts must be at or below. */
  readonly allow: ReadonlyMap<string, readonly string[]>;
  /** exportTo of ServiceEntries that say none. */
  readonly defaultExportTo: readonly string[];
  /** The own zones, lower-case, absolute. */
  readonly zones: readonly string[];
}
