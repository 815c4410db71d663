/** What becomes of a query that comes to serviceentry: the `outcome` label. */
export const outcomes = [
  /** Addresses, or the answer of the host's endpoints: a host, a name below a wildcard, an endpoint name. */
  'host',
  'wildcard',
  'endpoint',
  /** SRV records. */
  'service',
  'ptr',
  /** SOA and NS of an own zone. */
  'apex',
  'nodata',
  'nxdomain',
  /** There is a host of the name, and this client may not see it: it gets what it would get without. */
  'hidden',
  /** The next plugin is asked. */
  'forwarded',
  'refused',
  /** SERVFAIL, as the registry has not been read. */
  'unsynced',
] as const;

export type AnswerOutcome = (typeof outcomes)[number];

/** Index of an outcome in the numbers that are counted in. */
export const outcomeAt = Object.freeze(
  Object.fromEntries(outcomes.map((outcome, i) => [outcome, i])) as Record<AnswerOutcome, number>,
);

/** Index of the queries whose answer depends on a client that nothing is known of. */
export const unknownClientsAt = outcomes.length;

/** How many numbers there are. */
export const answerCountLength = outcomes.length + 1;
