import { headerFlag, rcode, rrType } from '../../wire/codes.ts';
import { formatName } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import { emptyReply, serverFailure } from '../../wire/reply.ts';
import { readReplyRecords, type ReplyRecords, type ResourceRecord } from '../../wire/reply-records.ts';
import { negativeReply } from '../../wire/soa-reply.ts';
import { writeReply } from '../../wire/write-records.ts';
import { DerivedQueries } from '../derived-queries.ts';
import type { Outcome, QueryHalf } from '../plugin.ts';
import { CompiledRule } from './rule/compiled-rule.ts';
import type { TemplateConfig } from './config.ts';
import { counterCount, seriesOf } from './meter.ts';
import { classesOf } from './parse.ts';

/** Seconds for which it may be kept that a name has no records of a type, where no template says so. */
const nodataTtl = 60;
/** So many aliases are followed, one after the other, where their targets are made by templates as well. */
const maxAliases = 8;

export const templateHandler: QueryHalf<TemplateConfig> = {
  classesOf,
  counterCount,
  create(config, environment, next) {
    const series = seriesOf(config);
    const rules = config.rules.map((rule, index) => new CompiledRule(rule, series[index]!));
    const answering = rules.filter(({ rule }) => rule.code === rcode.NOERROR && rule.records.answer.length > 0);
    const counters = environment.counters ?? new Float64Array(counterCount(config));
    const targets = new DerivedQueries((query) => query.resolve?.(query) ?? next(query));

    /** Answers with the records of the rule, of a CNAME with those of its target. */
    const reply = (query: Query, code: number, records: ReplyRecords): Outcome => {
      const isAddress = query.type === rrType.A || query.type === rrType.AAAA;
      const { answers } = records;
      if (!isAddress || query.derivations >= maxAliases || !answers.some(isAlias)) {
        return writeReply(query, { code, isAuthoritative: true }, records);
      }
      return followed(query, targets, answers, (all, isTruncated) =>
        writeReply(query, { code, isAuthoritative: true, isTruncated }, { ...records, answers: all }),
      );
    };

    return (query) => {
      let name: string | undefined;
      for (const rule of rules) {
        if (!rule.takes(query)) continue;
        query.readName();
        const zone = rule.zoneOf(query);
        if (zone < 0) continue;
        name ??= formatName(query.lower.subarray(0, query.nameLength));
        const match = rule.match(query, name);
        if (match === undefined) {
          if (rule.passes(query)) continue;
          return emptyReply(query, rcode.SERVFAIL);
        }
        if (typeof match === 'string') return serverFailure(query, `an expression of template has no value: ${match}`);
        counters[rule.series.matches(rule.series.combinationOf(query, zone))]!++;
        const { code } = rule.rule;
        if (code === rcode.SERVFAIL) return emptyReply(query, code);
        const records = rule.records(query, name, zone, match);
        if (!('reason' in records)) return reply(query, code, inCaseOf(query, records));
        counters[records.counter]!++;
        return serverFailure(query, records.reason);
      }
      const outcome = next(query);
      if (answering.length === 0) return outcome;
      if (typeof outcome === 'number') return query.isUnserved ? orNodata(query, answering, outcome) : outcome;
      return outcome.then((length) => (query.isUnserved ? orNodata(query, answering, length) : length));
    };
  },
};

/**
 * Where no plugin has anything to say of a name, and a template answers for another type of it, the name exists: NODATA. In CoreDNS it is
 * SERVFAIL, and clients that ask for A and AAAA at once do without both.
 */
function orNodata(query: Query, answering: readonly CompiledRule[], length: number): number {
  query.readName();
  const name = formatName(query.lower.subarray(0, query.nameLength));
  for (const rule of answering) {
    if (!rule.takesClass(query)) continue;
    const zone = rule.zoneOf(query);
    if (zone < 0 || typeof rule.match(query, name) !== 'object') continue;
    query.isUnserved = false;
    return negativeReply(query, rcode.NOERROR, rule.zoneOffset(query), nodataTtl, 1);
  }
  return length;
}

function isAlias({ type }: ResourceRecord): boolean {
  return type === rrType.CNAME;
}

/** The answers with those of their targets behind each alias. What cannot be found is left out, as in CoreDNS. */
function followed(
  query: Query,
  targets: DerivedQueries,
  answers: readonly ResourceRecord[],
  finish: (all: readonly ResourceRecord[], isTruncated: boolean) => number,
): Outcome {
  const all: ResourceRecord[] = [];
  let isTruncated = false;
  const from = (start: number): Outcome => {
    for (let i = start; i < answers.length; i++) {
      const answer = answers[i]!;
      all.push(answer);
      if (!isAlias(answer)) continue;
      const question = { name: answer.rdata, type: query.type, class: query.class };
      return targets.ask(query, question, ({ out, outStart }, length) => {
        // That the target has failed is no failure of the alias.
        query.error = undefined;
        query.upperRcode = 0;
        if (length > 0) {
          isTruncated ||= (out[outStart + 2]! & headerFlag.TC) !== 0;
          all.push(...(readReplyRecords(out, outStart, outStart + length)?.answers ?? []));
        }
        return from(i + 1);
      });
    }
    return finish(all, isTruncated);
  };
  return from(0);
}

/** Owners that are the name of the question are spelled as it is. */
function inCaseOf(query: Query, records: ReplyRecords): ReplyRecords {
  const own = query.bytes.slice(query.nameStart, query.nameStart + query.nameLength);
  const spelled = (record: ResourceRecord): ResourceRecord =>
    isQuestion(query, record.owner) ? { ...record, owner: own } : record;
  return {
    ...records,
    answers: records.answers.map(spelled),
    additionals: records.additionals.map(spelled),
    authorities: records.authorities.map(spelled),
  };
}

function isQuestion({ lower, nameLength }: Query, owner: Uint8Array): boolean {
  if (owner.length !== nameLength) return false;
  for (let i = 0; i < nameLength; i++) {
    const octet = owner[i]!;
    if ((octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet) !== lower[i]) return false;
  }
  return true;
}
