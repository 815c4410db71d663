import type { ReflectorState } from '../../../kubernetes/reflector-options.ts';
import type { Reflector } from '../../../kubernetes/reflector.ts';
import type { SourceStatus } from '../source.ts';

/** Counters since the start. */
export type Counts = Pick<SourceStatus, 'relists' | 'watchRestarts' | 'errors'>;

export const noCounts: Counts = { relists: 0, watchRestarts: 0, errors: 0 };

/** The state of several reflectors is that of the worst one. */
const worstFirst: readonly ReflectorState[] = ['forbidden', 'absent', 'waiting', 'listing', 'watching'];

/** Status of a kind that has several reflectors. Without any it is healthy. `past` are the counts of former reflectors. */
export function combinedStatus(
  reflectors: readonly Pick<Reflector, 'status'>[],
  past: Counts = noCounts,
): Omit<SourceStatus, 'cluster' | 'kind' | 'objects'> {
  const all = reflectors.map(({ status }) => status);
  const sum = (of: keyof Counts): number => all.reduce((total, each) => total + each[of], past[of]);
  const unsynced = all.find(({ isSynced }) => !isSynced);
  return {
    isSynced: unsynced === undefined,
    state: worstFirst.find((state) => all.some((each) => each.state === state)) ?? 'watching',
    startedMs: unsynced?.startedMs,
    trouble: (unsynced ?? all.find(({ trouble }) => trouble !== ''))?.trouble ?? '',
    lastEventMs: latest(all.map(({ lastEventMs }) => lastEventMs)),
    lastBookmarkMs: latest(all.map(({ lastBookmarkMs }) => lastBookmarkMs)),
    relists: sum('relists'),
    watchRestarts: sum('watchRestarts'),
    errors: sum('errors'),
  };
}

function latest(times: readonly (number | undefined)[]): number | undefined {
  return times.reduce((last, time) => (last === undefined || (time ?? 0) > last ? time : last), undefined);
}
