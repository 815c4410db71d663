import { rrType } from '../wire/codes.ts';

/** Types of the records that are kept in step. */
export const keptTypes = ['A', 'AAAA', 'CNAME', 'SRV', 'PTR'] as const;
export type KeptType = (typeof keptTypes)[number];

export const typeCodes: Readonly<Record<KeptType, number>> = {
  A: rrType.A,
  AAAA: rrType.AAAA,
  CNAME: rrType.CNAME,
  SRV: rrType.SRV,
  PTR: rrType.PTR,
};

/** The records of one name and type. */
export interface RecordSet {
  /** Absolute, lower-case, in presentation form. */
  readonly name: string;
  readonly type: KeptType;
  /** Seconds. */
  readonly ttl: number;
  /** RDATA in presentation form, canonical: sorted, no duplicates, addresses as RFC 5952 has them, names lower-case. */
  readonly data: readonly string[];
}

/** All records that belong together: they are changed at once, or not at all. */
export interface DesiredHost {
  /** A host or a reverse name; absolute. */
  readonly host: string;
  /** Whose they are, as external-dns names it: `serviceentry/NAMESPACE/NAME`. */
  readonly resource: string;
  readonly sets: readonly RecordSet[];
}

/** Identifies an RRset within a zone. */
export function keyOfSet(name: string, type: string): string {
  return `${name} ${type}`;
}

/** Canonical order, without duplicates. */
export function canonicalData(data: Iterable<string>): readonly string[] {
  return [...new Set(data)].sort();
}

export function isSameData(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((each, i) => each === right[i]);
}
