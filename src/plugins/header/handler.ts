import { headerSize } from '../../wire/codes.ts';
import { mapOutcome } from '../outcome.ts';
import type { QueryHalf } from '../plugin.ts';
import type { FlagChange, HeaderConfig } from './header.ts';

export const headerHandler: QueryHalf<HeaderConfig> = {
  classes: 'any',
  create:
    ({ query: ofQuery, response }, _environment, next) =>
    (query) => {
      apply(query.bytes, query.start, ofQuery);
      return mapOutcome(next(query), (length) => {
        if (length >= headerSize) apply(query.out, query.outStart, response);
        return length;
      });
    },
};

/** Changes the flags of the message that begins at `start`. */
function apply(bytes: Uint8Array, start: number, { keep, set }: FlagChange): void {
  bytes[start + 2] = (bytes[start + 2]! & keep[0]) | set[0];
  bytes[start + 3] = (bytes[start + 3]! & keep[1]) | set[1];
}
