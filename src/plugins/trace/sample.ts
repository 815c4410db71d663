/** What a worker tells of one query: plain data, for it goes to another thread. */
export interface QuerySample {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** Absolute, in lower case. */
  readonly name: string;
  readonly type: string;
  readonly transport: string;
  readonly client: string;
  readonly clientPort: number;
  /** `undefined` where there is no reply. */
  readonly rcode: string | undefined;
  /** Octets. */
  readonly replySize: number;
  /** Unix time in milliseconds. */
  readonly startedMs: number;
  readonly durationMs: number;
  /** Why it is a failure of this server; `undefined` where it is none. */
  readonly failure: string | undefined;
  readonly steps: readonly SampledStep[];
  readonly notes: ReadonlyMap<string, string>;
}

export interface SampledStep {
  readonly name: string;
  /** Index of the step that it was a part of, -1 for none. */
  readonly parent: number;
  /** Since the start of the query. */
  readonly startedMs: number;
  readonly durationMs: number;
}

/** What comes from a worker at a time. */
export interface SampleBatch {
  readonly samples: readonly QuerySample[];
  /** Queries that were to be traced, and for which there was no room. */
  readonly dropped: number;
}
