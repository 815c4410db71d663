import { asFields, type Fields, quoted } from '../../runtime/untyped.ts';
import type { Labels } from '../model/object.ts';
import { noLabels } from './labels.ts';
import type { Report } from './report.ts';

const maxSelectorLabels = 256;

/** `absent`, or the labels that a workload must have; `unusable` where they cannot be read, and were reported. */
export type SelectorResult = Labels | 'absent' | 'unusable';

/**
 * `spec.workloadSelector`. Without labels it selects every workload of the namespace, so nothing of a selector may be
 * dropped: each label less would select more. One that is not wholly understood is therefore unusable.
 */
export function readSelector(spec: Fields, report: Report): SelectorResult {
  const value = spec.workloadSelector;
  if (value === undefined || value === null) return 'absent';
  const selector = asFields(value);
  if (selector === undefined) return unusable(report, '', value, 'a map with labels');
  const raw = selector.labels;
  if (raw === undefined || raw === null) {
    const [stray] = Object.keys(selector).filter((key) => key !== 'labels');
    return stray === undefined ? noLabels : unusable(report, '', stray, 'the key labels');
  }
  const map = asFields(raw);
  if (map === undefined) return unusable(report, '.labels', raw, 'a map of strings');
  return readSelectorLabels(map, report);
}

function readSelectorLabels(map: Fields, report: Report): SelectorResult {
  const keys = Object.keys(map);
  if (keys.length === 0) return noLabels;
  if (keys.length > maxSelectorLabels) {
    return unusable(report, '.labels', keys.length, `at most ${maxSelectorLabels} labels`);
  }
  const labels = new Map<string, string>();
  for (const key of keys) {
    const value = map[key];
    if (typeof value !== 'string') {
      return unusable(report, `.labels[${quoted(key)}]`, value, 'a string (in YAML: in quotes)');
    }
    labels.set(key, value);
  }
  return labels;
}

function unusable(report: Report, field: string, found: unknown, expected: string): 'unusable' {
  report.add('selector', `spec.workloadSelector${field}`, `found ${quoted(found)}, expected ${expected}`);
  return 'unusable';
}
