import type { Checker } from '../../../registry/check/checker.ts';
import type { Family, Labels, Sample } from '../../../runtime/metrics/family.ts';

/** Metrics of the checks of endpoints, of the registries that have some. */
export function checkFamilies(registries: readonly { readonly checker: Checker; readonly labels: Labels }[]): Family[] {
  const family = (
    name: string,
    type: Family['type'],
    help: string,
    samplesOf: (checker: Checker) => readonly [labels: Labels, value: number][],
  ): Family => ({
    name: `coredns_serviceentry_${name}`,
    help,
    type,
    samples: () =>
      registries.flatMap(({ checker, labels: own }) =>
        samplesOf(checker).map(([labels, value]): Sample => ({ labels: { ...own, ...labels }, value })),
      ),
  });
  return [
    family(
      'check_endpoints',
      'gauge',
      'Addresses and ports of endpoints that check is about, by state.',
      ({ states }) => (['up', 'down', 'not-allowed'] as const).map((state) => [{ state }, states[state]]),
    ),
    family('checks_total', 'counter', 'Connections that check has tried, by result.', ({ counts }) => [
      [{ result: 'success' }, counts.successes],
      [{ result: 'failure' }, counts.failures],
    ]),
    family(
      'check_transitions_total',
      'counter',
      'Addresses and ports that check has found in another state, by that.',
      ({ counts }) => [
        [{ to: 'up' }, counts.risen],
        [{ to: 'down' }, counts.fallen],
      ],
    ),
    family(
      'check_round_seconds',
      'gauge',
      'Time in which all addresses and ports were checked once: more than the interval where there are too many.',
      ({ roundMs }) => (roundMs === undefined ? [] : [[{}, roundMs / 1000]]),
    ),
  ];
}
