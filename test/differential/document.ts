import { readFileSync, writeFileSync } from 'node:fs';
import { distributions, withoutCorefile } from '../corefiles/distributions.ts';
import { allCases } from './all-cases.ts';
import { deliberateDifferences } from './deliberate.ts';
import { readDifferences } from './differences.ts';
import { caseNames } from './run.ts';

// `node test/differential/document.ts` writes the tables of docs/coredns.md anew; from the root of the repository.

const file = 'docs/coredns.md';

/** How many cases there are, by plugin, and how many of them differ on purpose. */
export function countTable(): string {
  const rows = allCases.map(({ plugin }, i) => {
    const cases = caseNames(allCases[i]!).length;
    return [plugin, cases, Object.keys(readDifferences(plugin)).length] as const;
  });
  const sum = (column: 1 | 2): number => rows.reduce((total, row) => total + row[column], 0);
  const lines = [...rows.toSorted(([a], [b]) => (a < b ? -1 : 1)), ['all', sum(1), sum(2)] as const];
  return table(
    ['Plugin', 'Cases', 'Agree', 'Differ on purpose'],
    lines.map(([plugin, cases, differ]) => [plugin, String(cases), String(cases - differ), String(differ)]),
  );
}

/** What differs on purpose, and in how many cases. */
export function differenceTable(): string {
  const uses = allCases.flatMap(({ plugin }) => Object.values(readDifferences(plugin)).flatMap(({ why }) => why));
  const entries = Object.entries(deliberateDifferences).sort(([, a], [, b]) => a.where.localeCompare(b.where));
  const rows = entries.map(([name, { where, coreDns, ours, reason }]) => [
    `\`${name}\``,
    where,
    coreDns,
    ours,
    reason,
    String(uses.filter((why) => why === name).length),
  ]);
  return table(['Name', 'Where', 'CoreDNS', 'This server', 'Why', 'Cases'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`).join('');
}

/** The Corefiles of distributions, and where they were read. */
export function distributionTable(): string {
  const rows = distributions.map(({ name, of, version, source }) => [
    of,
    version,
    `[${name}](../test/corefiles/files/${name}.Corefile)`,
    source,
  ]);
  const missing = Object.entries(withoutCorefile).map(([of, why]) => [of, '', 'none', why]);
  return table(['Distribution', 'Version', 'Corefile', 'Read in'], [...rows, ...missing]);
}

/** The document with its tables, each behind its heading's text, replaced. */
export function documented(text: string): string {
  return [
    ['## What differs', differenceTable()],
    ['## Corefiles of distributions', distributionTable()],
    ['## Cases', countTable()],
  ].reduce((before, [heading, lines]) => {
    const start = before.indexOf('\n| ', before.indexOf(`\n${heading}\n`)) + 1;
    const end = before.indexOf('\n\n', start) + 1;
    return `${before.slice(0, start)}${lines}${before.slice(end)}`;
  }, text);
}

if (import.meta.main) writeFileSync(file, documented(readFileSync(file, 'utf8')));
