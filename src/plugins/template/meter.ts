import { className, rrClass, rrType } from '../../wire/codes.ts';
import type { Query } from '../../wire/query.ts';
import { typeName } from '../../wire/record-types.ts';
import { sections, type Section, type TemplateConfig, type TemplateRule } from './config.ts';

// What a worker counts for this directive. A rule has a run of numbers for each combination of zone, class and type:
//
//     rule 0: matches | failures of template 0 | records of template 0 that are none | failures of template 1 …
//     rule 1: …
//
// The size does not depend on what clients send: where a rule is for any class or type, those outside of a list count as one.

const anyClass = ['IN', 'CH', 'other'];
const anyType = [
  ...['A', 'AAAA', 'CNAME', 'DNSKEY', 'DS', 'HTTPS', 'MX', 'NAPTR', 'NS', 'PTR', 'SOA', 'SRV', 'SVCB', 'TXT', 'ANY'],
  'other',
];

/** One of the rule's templates. */
export interface CountedTemplate {
  readonly section: Section;
  readonly text: string;
}

/** Where the numbers of one rule are. */
export class RuleSeries {
  readonly at: number;
  readonly rule: TemplateRule;
  readonly classes: readonly string[];
  readonly types: readonly string[];
  readonly templates: readonly CountedTemplate[];

  constructor(rule: TemplateRule, at: number) {
    this.at = at;
    this.rule = rule;
    this.classes = rule.class === rrClass.ANY ? anyClass : [className(rule.class)];
    this.types = rule.type === rrType.ANY ? anyType : [typeName(rule.type)];
    this.templates = sections.flatMap((section) => rule.records[section].map((text) => ({ section, text })));
  }

  /** How many combinations there are. */
  get combinations(): number {
    return this.rule.zones.length * this.classes.length * this.types.length;
  }

  get length(): number {
    return this.combinations * (1 + 2 * this.templates.length);
  }

  /** Index of the combination of a query in the zone of this index. */
  combinationOf(query: Query, zone: number): number {
    const slot = (labels: readonly string[], label: string): number => {
      const index = labels.indexOf(label);
      return index < 0 ? labels.length - 1 : index;
    };
    const classSlot = slot(this.classes, className(query.class));
    return (zone * this.classes.length + classSlot) * this.types.length + slot(this.types, typeName(query.type));
  }

  matches(combination: number): number {
    return this.at + combination;
  }

  failures(template: number, combination: number): number {
    return this.at + (1 + 2 * template) * this.combinations + combination;
  }

  badRecords(template: number, combination: number): number {
    return this.at + (2 + 2 * template) * this.combinations + combination;
  }
}

export function seriesOf({ rules }: TemplateConfig): readonly RuleSeries[] {
  let at = 0;
  return rules.map((rule) => {
    const series = new RuleSeries(rule, at);
    at += series.length;
    return series;
  });
}

export function counterCount(config: TemplateConfig): number {
  return seriesOf(config).reduce((sum, { length }) => sum + length, 0);
}
