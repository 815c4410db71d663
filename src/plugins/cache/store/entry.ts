/**
 * One reply as it is stored, at an offset of a page. All numbers are in network order, each part begins at a multiple of 4:
 *
 *     head | name, lower case | context | offsets of TTLs and owner names in the tail, 2 octets each | tail: the records, without OPT
 *
 * The tail stands as far behind the header in every reply to the question, so that its compression pointers stay right.
 */
export const entry = {
  /** The key, 30 bits. */
  key: 0,
  /** Ticks that it is good for. */
  lifetime: 4,
  /** The tick when it was stored. */
  storedAt: 8,
  /** The tick before which it is not refreshed, because that failed; 0 for none. */
  retryAt: 12,
  /** The tick of the last hit that was counted. */
  hitAt: 16,
  /** Hits with no long gap between them, at most 65535. */
  hits: 20,
  /** AA as it stands in the header. */
  authority: 22,
  /** AD as it stands in the header, and the response code. */
  code: 23,
  /** Type in 2 octets, flags (question-key.ts), octets of the name: compared as one number. */
  question: 24,
  /** Octets of the question's context (question-key.ts). */
  contextSize: 28,
  /** The scope of the reply's Client Subnet option. */
  scope: 29,
  /** Whether the reply had one. */
  hasScope: 30,
  answers: 32,
  authorities: 34,
  additionals: 36,
  ttlCount: 38,
  tailLength: 40,
  /** Owner names that are the question's, written out. */
  ownerCount: 42,
  /** The tick when it became the one that was used last. */
  usedAt: 44,
  size: 48,
} as const;

/** The next multiple of 4. */
export function padded(size: number): number {
  return (size + 3) & ~3;
}
