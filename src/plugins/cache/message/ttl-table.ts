import { rrType } from '../../../wire/codes.ts';
import { readUint32, type RecordPosition } from '../../../wire/message.ts';

/** The least and the most that TTLs count for, in seconds. */
export interface TtlRules {
  readonly min: number;
  readonly max: number;
}

/** Octets of an RRSIG's RDATA before the time when it expires (RFC 4034 section 3.1). */
const expirationAt = 8;
/** Octets of an SOA behind its MINIMUM, and before the end. */
const minimumSize = 4;

/** How long the records of one reply hold. */
export class TtlTable {
  /** Seconds, for each record in their order. */
  readonly ttls: number[] = [];
  /** Seconds that all of them hold. */
  lifetime: number;
  readonly #rules: TtlRules;
  readonly #wallSeconds: number;

  /** `wallSeconds` is Unix time. */
  constructor(rules: TtlRules, wallSeconds: number) {
    this.#rules = rules;
    this.#wallSeconds = wallSeconds;
    this.lifetime = rules.max;
  }

  /** Holds no longer than so many seconds, whatever the records say. */
  limit(seconds: number): void {
    this.lifetime = Math.min(this.lifetime, seconds);
  }

  /**
   * Adds a record. A signature holds until it expires: where that is over, the lifetime is 0 or less. `soa` is that of a denial: what proves it holds no longer
   * than the denial, which is the lesser of the SOA's TTL and MINIMUM (RFC 2308 section 5, RFC 9077 section 3).
   */
  add(message: Uint8Array, record: RecordPosition, soa: RecordPosition | undefined): void {
    const { section, type, ttlAt, rdataStart } = record;
    const { min, max } = this.#rules;
    let ttl = readTtl(message, ttlAt);
    if (soa !== undefined && section === 2) {
      ttl = Math.min(ttl, readTtl(message, soa.ttlAt), readTtl(message, soa.end - minimumSize));
    }
    ttl = Math.min(Math.max(ttl, min), max);
    if (type === rrType.RRSIG) {
      // Serial number arithmetic (RFC 4034 section 3.1.5).
      ttl = Math.min(ttl, (readUint32(message, rdataStart + expirationAt) - this.#wallSeconds) | 0);
    }
    this.ttls.push(ttl);
    this.limit(ttl);
  }
}

/** A TTL whose highest bit is set counts as 0 (RFC 2181 section 8). */
function readTtl(message: Uint8Array, at: number): number {
  const ttl = readUint32(message, at);
  return ttl > 0x7fff_ffff ? 0 : ttl;
}
