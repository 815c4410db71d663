import { asFields, type Fields, quoted } from '../../runtime/untyped.ts';
import { listField } from './fields.ts';
import type { Report } from './report.ts';

const maxConditions = 256;
const maxTextLength = 120;

/** Why `status.conditions` has no condition of this type with status `True`; `undefined` where it has. */
export function lackOf(status: Fields, type: string, report: Report): string | undefined {
  for (const item of listField(status, 'conditions', 'status', report, maxConditions, 'field')) {
    const condition = asFields(item);
    if (condition?.type !== type) continue;
    if (condition.status === 'True') return undefined;
    const found = typeof condition.status === 'string' ? condition.status : quoted(condition.status);
    const says = [condition.reason, condition.message].filter((each) => typeof each === 'string' && each !== '');
    return shortened([`condition ${type} is ${found}`, ...says].join(': '));
  }
  return `it has no condition ${type} yet`;
}

/** On one line; what a condition says may be long, and is kept for each object. */
function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > maxTextLength ? `${line.slice(0, maxTextLength)}...` : line;
}
