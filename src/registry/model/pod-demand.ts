/** Which Pods the registry has a use for at present: a source may leave out the others, and need not. */
export interface PodDemand {
  /** Clients must be told apart by their address: Pods of all namespaces. */
  readonly everywhere: boolean;
  /** Namespaces where some ServiceEntry has a workloadSelector. */
  readonly namespaces: ReadonlySet<string>;
}
