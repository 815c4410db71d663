import type { Family, Labels, Sample } from '../../runtime/metrics/family.ts';
import { summed } from '../../runtime/metrics/summed.ts';
import type { CounterSums } from '../control.ts';
import type { RuleSeries } from './meter.ts';

/** What is counted for one server block, over all workers. */
export interface CountedTemplates {
  readonly server: string;
  readonly view: string;
  readonly series: readonly RuleSeries[];
  readonly sums: CounterSums;
}

type Counted = Iterable<readonly [labels: Labels, value: number]>;

/** CoreDNS's metrics with its labels. What was never counted is not shown: of most combinations there are no queries. */
export function templateFamilies(blocks: readonly CountedTemplates[]): Family[] {
  if (blocks.length === 0) return [];
  const counter = (name: string, help: string, count: (block: CountedTemplates) => Counted): Family => ({
    name: `coredns_template_${name}_total`,
    help,
    type: 'counter',
    samples: () => added(blocks.flatMap((block) => [...count(block)])),
  });
  return [
    counter('matches', 'Queries that matched a template.', matches),
    counter('template_failures', 'Executions of templates that failed.', (block) =>
      perTemplate(block, (series, template, combination) => series.failures(template, combination)),
    ),
    counter('rr_failures', 'Executions of templates that made no record.', (block) =>
      perTemplate(block, (series, template, combination) => series.badRecords(template, combination)),
    ),
  ];
}

function* matches(block: CountedTemplates): Counted {
  for (const series of block.series) {
    for (const [combination, labels] of combinations(block, series)) {
      yield [labels, block.sums.at(series.matches(combination))];
    }
  }
}

function* perTemplate(
  block: CountedTemplates,
  at: (series: RuleSeries, template: number, combination: number) => number,
): Counted {
  for (const series of block.series) {
    for (const [template, { section, text }] of series.templates.entries()) {
      for (const [combination, labels] of combinations(block, series)) {
        yield [{ ...labels, section, template: text }, block.sums.at(at(series, template, combination))];
      }
    }
  }
}

/** The combinations of a rule's zones, classes and types in the order of their indexes. */
function* combinations(
  { server, view }: CountedTemplates,
  { rule, classes, types }: RuleSeries,
): Iterable<readonly [number, Labels]> {
  let index = 0;
  for (const zone of rule.zones) {
    for (const rrClass of classes) {
      for (const type of types) yield [index++, { server, zone, view, class: rrClass, type }];
    }
  }
}

/** Rules, and server blocks, may have the same labels. */
function added(counted: readonly (readonly [Labels, number])[]): Sample[] {
  return summed(counted.flatMap(([labels, value]) => (value > 0 ? [{ labels, value }] : [])));
}
