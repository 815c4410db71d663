import { GoTemplate } from '../../../go-template/template.ts';
import { LinearRegExp } from '../../../runtime/linear-regexp.ts';
import { rrClass, rrType } from '../../../wire/codes.ts';
import { extendedErrorOf } from '../../../wire/extended-error.ts';
import type { Query } from '../../../wire/query.ts';
import type { ReplyRecords, ResourceRecord } from '../../../wire/reply-records.ts';
import { parseZoneRecord } from '../../../wire/zone-record.ts';
import { ZoneMap, zoneList } from '../../../wire/zone-map.ts';
import { sections, type Section, type TemplateRule } from '../config.ts';
import { RuleExpressions } from './expressions.ts';
import { templateFunctions } from './functions.ts';
import type { RuleSeries } from '../meter.ts';
import type { Match } from './match.ts';
import { queryData } from './query-data.ts';

/** A template of a record; where it is the same for all queries the record itself. */
type RecordTemplate = GoTemplate | ResourceRecord;

const noOptions = new Uint8Array(0);

/** Why a query that matched got no records. */
export interface Failure {
  readonly reason: string;
  readonly counter: number;
}

/** One `template` line, ready to answer queries. */
export class CompiledRule {
  readonly rule: TemplateRule;
  readonly series: RuleSeries;
  /** With the indexes of the zones. */
  readonly #zones: ZoneMap<number>;
  readonly #fallthrough: ZoneMap<true>;
  readonly #patterns: readonly LinearRegExp[];
  readonly #expressions: RuleExpressions;
  readonly #templates: readonly (readonly [Section, RecordTemplate])[];
  readonly #options: Uint8Array;

  constructor(rule: TemplateRule, series: RuleSeries) {
    this.rule = rule;
    this.series = series;
    this.#zones = new ZoneMap(rule.zones.map((zone, index) => [zone, index]));
    this.#fallthrough = zoneList(rule.fallthrough);
    this.#patterns = rule.patterns.map((pattern) => new LinearRegExp(pattern));
    this.#expressions = new RuleExpressions(rule);
    this.#templates = sections.flatMap((section) =>
      rule.records[section].map((text) => [section, compile(text)] as const),
    );
    const { extendedError } = rule;
    this.#options = extendedError ? extendedErrorOf(extendedError.code, extendedError.text) : noOptions;
  }

  /** Whether the rule is for the class and type of the query. */
  takes(query: Query): boolean {
    const { type } = this.rule;
    return this.takesClass(query) && (type === rrType.ANY || query.type === rrType.ANY || type === query.type);
  }

  takesClass(query: Query): boolean {
    return this.rule.class === rrClass.ANY || query.class === rrClass.ANY || this.rule.class === query.class;
  }

  /** The index of the rule's zone that the name is at or below, or -1. Needs `query.readName()`. */
  zoneOf(query: Query): number {
    return this.#zones.find(query)?.value ?? -1;
  }

  /** Where the zone that `zoneOf` finds begins in the name. */
  zoneOffset(query: Query): number {
    return this.#zones.offsetIn(query);
  }

  /** Whether a name that matches no pattern goes on. Needs `query.readName()`. */
  passes(query: Query): boolean {
    return this.#fallthrough.contains(query);
  }

  /**
   * What the name has matched: the first pattern that does, and all conditions. `undefined` where there is none, a text where an
   * expression has no value.
   */
  match(query: Query, name: string): Match | string | undefined {
    const found = this.#matchName(name);
    if (found === undefined) return undefined;
    const variables = this.#expressions.evaluate(query, found);
    return typeof variables === 'object' ? { ...found, variables } : variables;
  }

  /** Without patterns all names match. */
  #matchName(name: string): Omit<Match, 'variables'> | undefined {
    if (this.#patterns.length === 0) return { groups: [name], named: {}, pattern: '.*' };
    for (const regExp of this.#patterns) {
      const match = regExp.match(name);
      if (match !== undefined) return { ...match, pattern: regExp.pattern };
    }
    return undefined;
  }

  /** The records of the reply. A template that makes nothing but blanks makes no record. */
  records(query: Query, name: string, zone: number, match: Match): ReplyRecords | Failure {
    const records: Record<Section, ResourceRecord[]> = { answer: [], additional: [], authority: [] };
    const { class: ruleClass, type, zones } = this.rule;
    const data = queryData(query, name, { zone: zones[zone]!, match, class: ruleClass, type });
    for (const [index, [section, template]] of this.#templates.entries()) {
      const record =
        template instanceof GoTemplate ? this.#execute(template, data, index, section, query, zone) : template;
      if (record === undefined) continue;
      if ('reason' in record) return record;
      records[section].push(record);
    }
    return {
      answers: records.answer,
      additionals: records.additional,
      authorities: records.authority,
      options: this.#options,
    };
  }

  #execute(
    template: GoTemplate,
    data: ReturnType<typeof queryData>,
    index: number,
    section: Section,
    query: Query,
    zone: number,
  ): ResourceRecord | Failure | undefined {
    const combination = this.series.combinationOf(query, zone);
    const executed = template.execute(data);
    if ('fault' in executed) {
      const reason = `template ${section} ${JSON.stringify(template.text)}: ${executed.fault}`;
      return { reason, counter: this.series.failures(index, combination) };
    }
    const record = parseZoneRecord(executed.text);
    if (typeof record !== 'string') return record;
    const reason = `template ${section} made ${JSON.stringify(executed.text)}, which is no record: ${record}`;
    return { reason, counter: this.series.badRecords(index, combination) };
  }
}

/** Both were checked when the Corefile was read. */
function compile(text: string): RecordTemplate {
  const template = GoTemplate.parse(text, templateFunctions) as GoTemplate;
  const { constant } = template;
  return constant === undefined ? template : (parseZoneRecord(constant) as ResourceRecord);
}
