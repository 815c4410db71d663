import { rcode, rcodeName } from '../../wire/codes.ts';
import { setMetadata } from '../../wire/metadata.ts';
import { formatName } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import { QueryTrace } from '../../wire/query-trace.ts';
import { typeName } from '../../wire/record-types.ts';
import { replyCode } from '../../wire/reply.ts';
import { mapOutcome } from '../outcome.ts';
import type { Outcome, QueryHalf } from '../plugin.ts';
import { Sampler } from '../sampler.ts';
import type { QuerySample } from './sample.ts';
import { SampleBatches } from './sample-batches.ts';
import type { TraceConfig } from './trace.ts';

/** Words of 16 bits in the id of a trace. */
const idWords = 8;

/**
 * Traces one of so many queries: the plugins behind it note when they begin and end. Queries that a plugin makes of one that is traced
 * belong to its trace.
 */
export const traceHandler: QueryHalf<TraceConfig> = {
  classes: 'any',
  create({ every }, environment, next) {
    const { clock } = environment;
    const random = (): number => environment.randomUint16();
    const sampler = new Sampler(every, random);
    const batches = new SampleBatches(clock, (batch) => environment.report(batch));
    environment.onClose(() => batches.flush());
    const traced = (query: Query): Outcome => {
      const trace = new QueryTrace(newId(random), () => clock.now());
      query.trace = trace;
      setMetadata(query, 'trace/traceid', trace.id);
      const wallMs = clock.wall();
      const startedMs = clock.now();
      const finish = (length: number, failure?: string): number => {
        query.trace = undefined;
        batches.add(sampleOf(query, trace, length, { wallMs, startedMs, endedMs: clock.now() }, failure));
        return length;
      };
      const fail = (error: unknown): never => {
        finish(0, 'defect');
        throw error;
      };
      let outcome: Outcome;
      try {
        outcome = next(query);
      } catch (error) {
        return fail(error);
      }
      return typeof outcome === 'number' ? finish(outcome) : mapOutcome(outcome.catch(fail), finish);
    };
    return (query) => (query.trace === undefined && sampler.isTaken() ? traced(query) : next(query));
  },
};

interface Times {
  /** Unix time of the start. */
  readonly wallMs: number;
  readonly startedMs: number;
  readonly endedMs: number;
}

function sampleOf(query: Query, trace: QueryTrace, length: number, times: Times, failure?: string): QuerySample {
  query.readName();
  const { wallMs, startedMs, endedMs } = times;
  const code = length > 0 ? replyCode(query) : undefined;
  return {
    id: trace.id,
    name: formatName(query.lower),
    type: typeName(query.type),
    transport: query.transport,
    client: query.peer.address,
    clientPort: query.peer.port,
    rcode: code === undefined ? undefined : rcodeName(code),
    replySize: length,
    startedMs: wallMs,
    durationMs: endedMs - startedMs,
    failure: failure ?? (code === rcode.SERVFAIL ? (query.error ?? 'SERVFAIL') : undefined),
    steps: trace.steps.map((step) => ({
      name: step.name,
      parent: step.parent,
      startedMs: step.startedMs - startedMs,
      durationMs: (step.endedMs ?? endedMs) - step.startedMs,
    })),
    notes: trace.notes,
  };
}

function newId(randomUint16: () => number): string {
  return Array.from({ length: idWords }, () => randomUint16().toString(16).padStart(4, '0')).join('');
}
