import type { SourceState, SourceStatus } from '../source.ts';
import type { ReflectorStatus } from '../../../kubernetes/reflector-options.ts';

/** What is counted since the start. */
export type Counts = Pick<SourceStatus, 'relists' | 'watchRestarts' | 'errors'>;

export const noCounts: Counts = { relists: 0, watchRestarts: 0, errors: 0 };

/** Of several reflectors of one kind the one that is worst off says how the kind is. */
const worstFirst: readonly SourceState[] = ['forbidden', 'absent', 'waiting', 'listing', 'watching'];

/** How a kind is that has several reflectors, or none: then it is as it should be. `past` is of those that are gone. */
export function sumOf(
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
