import type { QueryHalf } from '../plugin.ts';
import type { BufsizeConfig } from './bufsize.ts';

/** Limits replies over UDP to max(512, min(the client's size, ours)); never above what the client takes. */
export const bufsizeHandler: QueryHalf<BufsizeConfig> = {
  classes: 'any',
  create:
    ({ size }, _environment, next) =>
    (query) => {
      query.limitReply(size);
      return next(query);
    },
};
