import { type Fields, quoted } from '../../runtime/untyped.ts';
import { isLabel } from '../model/host.ts';
import { noValues } from './fields.ts';
import type { Report } from './report.ts';

const maxExportTo = 4096;
const nobody: readonly string[] = Object.freeze(['~']);

/**
 * `spec.exportTo` as written: `*`, `.`, `~` and namespaces; empty where none is set. What is left out may only narrow
 * who sees the object: where nothing usable was written it is exported to nobody, not to all.
 */
export function readExportTo(spec: Fields, report: Report): readonly string[] {
  const value = spec.exportTo;
  if (value === undefined || value === null) return noValues;
  if (!Array.isArray(value)) {
    report.add('field', 'spec.exportTo', `found ${quoted(value)}, expected a list; nobody sees the object`);
    return nobody;
  }
  const list: readonly unknown[] = value;
  if (list.length === 0) return noValues;
  const exportTo: string[] = [];
  for (let i = 0; i < list.length; i++) {
    if (i === maxExportTo) {
      report.add('field', 'spec.exportTo', `found ${list.length} items, expected at most ${maxExportTo}`);
      break;
    }
    const item = list[i];
    if (typeof item === 'string' && (item === '*' || item === '.' || item === '~' || isLabel(item))) {
      exportTo.push(item);
    } else {
      report.add('field', `spec.exportTo[${i}]`, `found ${quoted(item)}, expected *, ., ~ or a namespace`);
    }
  }
  return exportTo.length === 0 ? nobody : exportTo;
}
