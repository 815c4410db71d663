import type { Cidr } from '../../wire/network.ts';

export interface LoadbalanceConfig {
  /** `undefined` for round_robin. */
  readonly weights: WeightSource | undefined;
  /** Addresses in these come first, those of the first network before those of the second. */
  readonly prefer: readonly Cidr[];
}

export interface WeightSource {
  readonly file: string;
  /** 0: the file is read once. */
  readonly reloadMs: number;
}

/** By name (lower-case, absolute), then by the octets of the address as characters: from 1 to 255. */
export type Weights = ReadonlyMap<string, ReadonlyMap<string, number>>;
