export interface BindConfig {
  /** IP addresses in canonical form, IPv6 without brackets and, where link-local, with its scope (`fe80::1%eth0`). */
  readonly addresses: readonly string[];
}
