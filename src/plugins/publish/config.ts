import type { RemovalLimit } from '../../dynamic-update/removal-limit.ts';
import type { ClusterConfig } from '../../kubernetes/cluster-config.ts';

/** All lines of the directive in a server block. */
export interface PublishConfig {
  readonly targets: readonly PublishTarget[];
}

/** Zones of one name server, as a line names them. Plain data. */
export interface PublishTarget {
  /** Absolute, lower-case; those of reverse names get PTR records. */
  readonly zones: readonly string[];
  readonly primary: { readonly host: string; readonly port: number };
  /** Path of a key file. */
  readonly keyFile: string;
  /** Who we are, in the ownership records. */
  readonly owner: string;
  readonly types: readonly PublishedType[];
  /** Seconds; `undefined` for those of the answers. */
  readonly ttl: number | undefined;
  /** Addresses that istiod or this server allocated are published too. */
  readonly autoAddresses: boolean;
  readonly maxRemovals: RemovalLimit;
  /** Between two comparisons of the whole zone. */
  readonly intervalMs: number;
  readonly lease: LeaseConfig | undefined;
  /** What would be changed is logged, and nothing is. */
  readonly isDryRun: boolean;
}

/** PTR follows from the zones. */
export const publishedTypes = ['A', 'AAAA', 'CNAME', 'SRV'] as const;
export type PublishedType = (typeof publishedTypes)[number];

/** The Lease object of which the holder writes. */
export interface LeaseConfig {
  readonly namespace: string;
  readonly name: string;
  readonly cluster: ClusterConfig;
}
