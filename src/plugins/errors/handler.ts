import { rcode } from '../../wire/codes.ts';
import { typeName } from '../../wire/record-types.ts';
import { formatName } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import { replyCode } from '../../wire/reply.ts';
import type { QueryHalf } from '../plugin.ts';
import type { ErrorsConfig } from './config.ts';
import { Consolidator, sharedPerPattern } from './consolidator.ts';

/** Characters of a reason that are logged and shown to patterns: a reason may quote what came from the network. */
const maxReasonLength = 1024;

/**
 * Logs why a query failed, `plugin/errors: 2 name. TYPE: reason`, when a plugin behind has set `query.error`; the
 * number is the RCODE of the reply, and SERVFAIL's where there was none.
 */
export const errorsHandler: QueryHalf<ErrorsConfig> = {
  classes: 'any',
  sharedCount: ({ consolidations }) => consolidations.length * sharedPerPattern,
  create({ consolidations }, environment, next) {
    const { clock, logger, shared } = environment;
    const consolidators = consolidations.map((rule, index) => {
      const at = index * sharedPerPattern;
      return new Consolidator(rule, shared.subarray(at, at + sharedPerPattern), clock, logger);
    });
    environment.onClose(() => {
      for (const consolidator of consolidators) consolidator.close();
    });

    const report = (query: Query, length: number, error: string): void => {
      const reason = error.length > maxReasonLength ? `${error.slice(0, maxReasonLength)}…` : error;
      const line = () => errorLine(query, length, reason);
      const consolidator = consolidators.find((candidate) => candidate.matches(reason));
      if (consolidator?.count(line) !== true) logger.error(line());
    };

    return (query) => {
      const outcome = next(query);
      if (typeof outcome === 'number') {
        if (query.error !== undefined) report(query, outcome, query.error);
        return outcome;
      }
      return outcome.then((length) => {
        if (query.error !== undefined) report(query, length, query.error);
        return length;
      });
    };
  },
};

function errorLine(query: Query, length: number, reason: string): string {
  query.readName();
  const code = length > 0 ? replyCode(query) : rcode.SERVFAIL;
  return `plugin/errors: ${code} ${formatName(query.lower)} ${typeName(query.type)}: ${reason}`;
}
