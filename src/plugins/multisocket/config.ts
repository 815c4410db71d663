export interface MultisocketConfig {
  /** Sockets per listener, 1 to 1024; `undefined`: as many as the process has CPUs. */
  readonly sockets: number | undefined;
}
