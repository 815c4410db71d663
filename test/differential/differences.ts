import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Difference } from './case.ts';
import type { CaseResult } from './run.ts';

/** The cases of one plugin that differ on purpose, by name: `differences/PLUGIN.json`. */
export type Differences = Record<string, Difference>;

export function readDifferences(plugin: string): Differences {
  const file = fileOf(plugin);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Differences) : {};
}

export function writeDifferences(plugin: string, differences: Differences): void {
  const sorted = Object.fromEntries(Object.entries(differences).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (Object.keys(sorted).length === 0) {
    rmSync(fileOf(plugin), { force: true });
    return;
  }
  mkdirSync(fileOf('.').replace(/[^/]*$/, ''), { recursive: true });
  writeFileSync(fileOf(plugin), `${JSON.stringify(sorted, undefined, 2)}\n`);
}

function fileOf(plugin: string): string {
  return fileURLToPath(new URL(`differences/${plugin}.json`, import.meta.url));
}

/** What only one of them has in a case, where that is not exactly what is deliberate; else ''. */
export function faultOf({ coreDns, ours }: CaseResult, deliberate: Difference | undefined): string {
  const expected = describe(deliberate?.coreDns ?? [], deliberate?.ours ?? []);
  const found = describe(coreDns, ours);
  if (found === expected) return '';
  return found === '' ? 'no difference, but one is expected' : found;
}

function describe(coreDns: readonly string[], ours: readonly string[]): string {
  return [...coreDns.map((line) => `CoreDNS: ${line}`), ...ours.map((line) => `ours:    ${line}`)].join('\n');
}
