import { rcode } from '../../wire/codes.ts';
import type { Query } from '../../wire/query.ts';
import { replyCode } from '../../wire/reply.ts';
import type { QueryHalf } from '../plugin.ts';
import { Shuffler } from './shuffle.ts';

/** Puts the addresses of NOERROR replies into random order, wherever in the chain they came from. */
export const loadbalanceHandler: QueryHalf<object> = {
  create(_config, environment, next) {
    const shuffler = new Shuffler(() => environment.randomUint16());
    const balance = (query: Query, length: number): number => {
      if (length > 0 && replyCode(query) === rcode.NOERROR) {
        shuffler.shuffle(query.out, query.outStart, query.outStart + length);
      }
      return length;
    };
    return (query) => {
      const outcome = next(query);
      if (typeof outcome === 'number') return balance(query, outcome);
      return outcome.then((length) => balance(query, length));
    };
  },
};
