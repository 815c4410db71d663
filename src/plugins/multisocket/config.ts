export interface MultisocketConfig {
  /** Sockets per listener, 1 to 1024; `undefined`: as many as there are CPUs. */
  readonly sockets: number | undefined;
}
