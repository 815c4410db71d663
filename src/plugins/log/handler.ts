import type { Query } from '../../wire/query.ts';
import { replyCode } from '../../wire/reply.ts';
import { zoneList, type ZoneMap } from '../../wire/zone-map.ts';
import type { QueryHalf } from '../plugin.ts';
import { responseClasses, type LogConfig, type LogRule, type ResponseClass } from './config.ts';
import { LogEntry } from './entry.ts';
import { compileFormat } from './format.ts';
import { classifyReply } from './response-class.ts';

const randomRange = 65_536;

/** Logs queries and their replies at level info. A query that gets no reply is not logged, as in CoreDNS. */
export const logHandler: QueryHalf<LogConfig> = {
  classes: 'any',
  create({ rules }, environment, next) {
    const { clock, logger } = environment;
    const compiled = rules.map(compileRule);
    const record = (query: Query, length: number, startedMs: number): void => {
      if (length === 0) return;
      const rule = firstRule(compiled, query);
      if (rule === undefined) return;
      const { out, outStart } = query;
      const classify = (): ResponseClass => classifyReply(replyCode(query), out, outStart, outStart + length);
      if (!rule.logsAll && !rule.classes.has(classify())) return;
      // By chance and not by count: clients ask for A and AAAA in turn, and every second query would be one of them.
      if (rule.sample > 1 && environment.randomUint16() * rule.sample >= randomRange) return;
      const entry = new LogEntry(query, length, clock.now() - startedMs);
      logger.info(rule.write(entry), entry.fields);
    };
    return (query) => {
      const startedMs = clock.now();
      const outcome = next(query);
      if (typeof outcome === 'number') {
        record(query, outcome, startedMs);
        return outcome;
      }
      return outcome.then((length) => {
        record(query, length, startedMs);
        return length;
      });
    };
  },
};

interface CompiledRule {
  readonly zones: ZoneMap<true>;
  readonly write: (entry: LogEntry) => string;
  readonly classes: ReadonlySet<ResponseClass>;
  readonly logsAll: boolean;
  readonly sample: number;
}

function firstRule(rules: readonly CompiledRule[], query: Query): CompiledRule | undefined {
  query.readName();
  for (const rule of rules) if (rule.zones.contains(query)) return rule;
  return undefined;
}

function compileRule({ zone, format, classes, sample }: LogRule): CompiledRule {
  return {
    zones: zoneList([zone]),
    write: compileFormat(format),
    classes: new Set(classes),
    logsAll: classes.length === responseClasses.length,
    sample,
  };
}
