import { asFields, listField, type Fields } from './fields.ts';
import type { Report } from './report.ts';

const maxConditions = 256;

/** Whether `status.conditions` has a condition of this type with status `True`. */
export function readCondition(status: Fields, type: string, report: Report): boolean {
  for (const item of listField(status, 'conditions', 'status', report, maxConditions, 'field')) {
    const condition = asFields(item);
    if (condition?.type === type) return condition.status === 'True';
  }
  return false;
}
