import { faultOf, readDifferences } from './differences.ts';
import type { CaseResult } from './run.ts';

/** A table: cases by plugin, how many of them agree, differ on purpose, and differ otherwise. */
export function summary(results: readonly CaseResult[]): string {
  const byPlugin = Object.entries(Object.groupBy(results, ({ plugin }) => plugin)).sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = byPlugin.map(([plugin, list = []]) => {
    const differences = readDifferences(plugin);
    const faults = list.filter((result) => faultOf(result, differences[result.name]) !== '');
    const deliberate = list.filter((result) => differences[result.name] && !faults.includes(result));
    return [
      plugin,
      list.length,
      list.length - deliberate.length - faults.length,
      deliberate.length,
      faults.length,
    ] as const;
  });
  const total = [1, 2, 3, 4].map((column) => rows.reduce((sum, row) => sum + (row[column] as number), 0));
  const lines = [['plugin', 'cases', 'agree', 'deliberate', 'faults'], ...rows, ['all', ...total]];
  return lines
    .map((cells) => cells.map((cell, i) => (i === 0 ? String(cell).padEnd(14) : String(cell).padStart(10))).join(' '))
    .join('\n');
}
