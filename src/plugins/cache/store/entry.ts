/**
 * One reply as it is stored, at an offset of a page. All numbers are in network order, each part begins at a multiple of 4:
 *
 *     head | name, lower case | subnet | offsets of the TTLs in the tail, 2 octets each | tail: the records, without OPT
 *
 * The tail stands as far behind the header in every reply to the question, so that its compression pointers stay right.
 */
export const entry = {
  /** The key, 30 bits. */
  key: 0,
  /** Seconds that it is good for. */
  lifetime: 4,
  /** When it was stored: milliseconds of the clock, with a fraction. */
  storedAt: 8,
  /** Seconds after `storedAt` before which it is not refreshed, because that failed; 0 for none. */
  retryAt: 16,
  /** Seconds after `storedAt` of the last hit. */
  hitAt: 20,
  /** Hits with no long gap between them, at most 65535. */
  hits: 24,
  /** AA as it stands in the header. */
  authority: 26,
  /** AD as it stands in the header, and the response code. */
  code: 27,
  /** Type in 2 octets, flags (question-key.ts), octets of the name: compared as one number. */
  question: 28,
  subnetSize: 32,
  /** The scope of the reply's Client Subnet option. */
  scope: 33,
  /** Whether the reply had one. */
  hasScope: 34,
  answers: 36,
  authorities: 38,
  additionals: 40,
  ttlCount: 42,
  tailLength: 44,
  size: 48,
} as const;

/** The next multiple of 4. */
export function padded(size: number): number {
  return (size + 3) & ~3;
}
