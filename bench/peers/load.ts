import type { LoadResult } from './dnsperf.ts';

/** In microseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface Kept {
  readonly times: number;
  readonly ms: number;
}

export interface TimedResult extends LoadResult {
  readonly latencyUs: Percentiles;
  /** How often and how long something kept it from sending; it has not made up for that. */
  readonly kept: Kept;
  /** Whether the client went before all else on its processor. */
  readonly realtime: boolean;
}

const rcodeNames = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

/** Reads the line that load.c prints. */
export function parseLoad(text: string): TimedResult {
  const said = JSON.parse(text) as Omit<TimedResult, 'answered' | 'lost' | 'rcodes'> & {
    replied: number;
    rcodes: number[];
  };
  const { asked, replied, seconds, realtime, latencyUs, kept } = said;
  const rcodes = said.rcodes
    .map((count, code) => [rcodeNames[code] ?? `RCODE${code}`, count] as const)
    .filter(([, count]) => count > 0);
  return {
    asked,
    answered: replied,
    lost: asked - replied,
    seconds,
    realtime,
    latencyUs,
    kept,
    rcodes: Object.fromEntries(rcodes),
  };
}
