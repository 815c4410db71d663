export interface BufsizeConfig {
  /** Octets that a reply over UDP may have, 512 to 4096. */
  readonly size: number;
}
