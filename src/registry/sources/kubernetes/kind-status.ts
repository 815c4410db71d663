import type { ReflectorState, ReflectorStatus } from '../../../kubernetes/reflector-options.ts';
import type { SourceStatus } from '../source.ts';

/** Counters since the start. */
export type Counts = Pick<SourceStatus, 'relists' | 'watchRestarts' | 'errors'>;

export const noCounts: Counts = { relists: 0, watchRestarts: 0, errors: 0 };

/** The state of several reflectors is that of the worst one. */
const worstFirst: readonly ReflectorState[] = ['forbidden', 'absent', 'waiting', 'listing', 'watching'];

/** Status of a kind that has several reflectors. Without any it is healthy. `past` are the counts of former reflectors. */
export function combinedStatus(
  reflectors: readonly ReflectorStatus[],
  past: Counts,
): Omit<SourceStatus, 'cluster' | 'kind' | 'objects'> {
  const sum = (of: keyof Counts): number => reflectors.reduce((total, each) => total + each[of], past[of]);
  const unsynced = reflectors.find(({ isSynced }) => !isSynced);
  return {
    isSynced: unsynced === undefined,
    state: worstFirst.find((state) => reflectors.some((each) => each.state === state)) ?? 'watching',
    startedMs: unsynced?.startedMs,
    trouble: (unsynced ?? reflectors.find(({ trouble }) => trouble !== ''))?.trouble ?? '',
    lastEventMs: latest(reflectors.map(({ lastEventMs }) => lastEventMs)),
    lastBookmarkMs: latest(reflectors.map(({ lastBookmarkMs }) => lastBookmarkMs)),
    relists: sum('relists'),
    watchRestarts: sum('watchRestarts'),
    errors: sum('errors'),
  };
}

function latest(times: readonly (number | undefined)[]): number | undefined {
  return times.reduce((last, time) => (last === undefined || (time ?? 0) > last ? time : last), undefined);
}
