import { type Fields, quoted } from '../../runtime/untyped.ts';
import type { Labels } from '../model/object.ts';
import { fieldPath, mapField } from './fields.ts';
import type { Report } from './report.ts';

export const noLabels: Labels = new Map();
const maxLabels = 1024;

/** The labels of a map; those whose value is no string, and those over the limit, are left out and reported. */
export function readLabels(fields: Fields, key: string, path: string, report: Report): Labels {
  const map = mapField(fields, key, path, report);
  const keys = Object.keys(map);
  if (keys.length === 0) return noLabels;
  const labels = new Map<string, string>();
  for (const label of keys) {
    const value = map[label];
    if (labels.size === maxLabels) {
      report.add('selector', fieldPath(path, key), `found ${keys.length} labels, expected at most ${maxLabels}`);
      break;
    }
    if (typeof value === 'string') labels.set(label, value);
    else {
      const field = `${fieldPath(path, key)}[${quoted(label)}]`;
      report.add('selector', field, `found ${quoted(value)}, expected a string (in YAML: in quotes)`);
    }
  }
  return labels;
}
