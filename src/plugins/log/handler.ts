import { setMetadata } from '../../wire/metadata.ts';
import type { Query } from '../../wire/query.ts';
import { replyCode } from '../../wire/reply.ts';
import { zoneList, type ZoneMap } from '../../wire/zone-map.ts';
import { mapOutcome } from '../outcome.ts';
import type { Outcome, QueryHalf } from '../plugin.ts';
import { Sampler } from '../sampler.ts';
import { responseClasses, type LogConfig, type LogRule, type ResponseClass } from './config.ts';
import { LogEntry } from './entry.ts';
import { compileFormat } from './format.ts';
import { classOf, typeOfReply, type ReplyType } from './reply-type.ts';

/**
 * Logs queries and their replies at level info. One that gets no reply counts as an error, as in CoreDNS. Whether a query can be logged
 * at all is known before it is answered: one that the sample leaves out costs nothing more.
 */
export const logHandler: QueryHalf<LogConfig> = {
  classes: 'any',
  create({ rules }, environment, next) {
    const { clock, logger } = environment;
    const compiled = rules.map((rule) => compileRule(rule, () => environment.randomUint16()));
    const typeOf = ({ out, outStart, type, dnssecOk }: Query, length: number, code: number): ReplyType => {
      const reply = { bytes: out, start: outStart, end: outStart + length, type, code, dnssecOk };
      return typeOfReply(reply, Math.floor(clock.wall() / 1000));
    };
    const record = (rule: CompiledRule, query: Query, length: number, startedMs: number): void => {
      if (!rule.logsAll || query.metadata !== undefined) {
        const type = typeOf(query, length, length > 0 ? replyCode(query) : 0);
        setMetadata(query, 'log/type', type);
        setMetadata(query, 'log/class', classOf(type));
        if (!rule.classes.has(classOf(type))) return;
      }
      const entry = new LogEntry(query, length, clock.now() - startedMs);
      logger.info(rule.write(entry), logger.ignoresFields ? undefined : entry.fields);
    };
    const answer = (rule: CompiledRule, query: Query): Outcome => {
      const startedMs = clock.now();
      return mapOutcome(next(query), (length) => {
        record(rule, query, length, startedMs);
        return length;
      });
    };
    return (query) => {
      const rule = firstRule(compiled, query);
      return rule?.sampler.isTaken() === true ? answer(rule, query) : next(query);
    };
  },
};

interface CompiledRule {
  readonly zones: ZoneMap<true>;
  readonly write: (entry: LogEntry) => string;
  readonly classes: ReadonlySet<ResponseClass>;
  readonly logsAll: boolean;
  readonly sampler: Sampler;
}

function firstRule(rules: readonly CompiledRule[], query: Query): CompiledRule | undefined {
  query.readName();
  for (const rule of rules) if (rule.zones.contains(query)) return rule;
  return undefined;
}

function compileRule({ zone, format, classes, sample }: LogRule, randomUint16: () => number): CompiledRule {
  return {
    zones: zoneList([zone]),
    write: compileFormat(format),
    classes: new Set(classes),
    logsAll: classes.length === responseClasses.length,
    sampler: new Sampler(sample, randomUint16),
  };
}
