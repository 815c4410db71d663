/** Names the answer table among those of the control half. */
export const tableName = 'hosts';

export interface HostsConfig {
  readonly file: string;
  /** The file was named in the Corefile, so that it is worth a warning where it is missing. */
  readonly isNamed: boolean;
  /** Lines of hosts(5) that stand in the Corefile. */
  readonly inline: readonly string[];
  /** Names in these are served; lower-case and absolute. */
  readonly zones: readonly string[];
  /** Seconds. */
  readonly ttl: number;
  /** Addresses have reverse names. */
  readonly hasReverse: boolean;
  /** 0: the file is read once. */
  readonly reloadMs: number;
  /** Names at or below these that are not served go to the next plugin; absolute. `undefined` without fallthrough. */
  readonly fallthrough: readonly string[] | undefined;
  /** So do queries for other types than A, AAAA and PTR, where the name is served. */
  readonly passesOtherTypes: boolean;
}
