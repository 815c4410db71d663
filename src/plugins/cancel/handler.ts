import type { QueryHalf } from '../plugin.ts';
import type { CancelConfig } from './cancel.ts';

/** Sets the time at which who waits for other servers on behalf of the query gives it up. */
export const cancelHandler: QueryHalf<CancelConfig> = {
  classes: 'any',
  create:
    ({ timeoutMs }, { clock }, next) =>
    (query) => {
      query.deadline = clock.now() + timeoutMs;
      return next(query);
    },
};
