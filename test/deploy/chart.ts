import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { load } from 'js-yaml';
import type { Manifest } from './manifest.ts';

const run = promisify(execFile);

export const chart = 'deploy/chart';
/** Of this name the objects have the names of deploy/base. */
export const release = 'serviceentry-dns';
export const namespace = 'serviceentry-dns';

export type Values = Readonly<Record<string, unknown>>;

/** Runs Helm; rejects with what it prints on standard error. */
export async function runHelm(helm: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run(helm, args, { timeout: 120_000, maxBuffer: 2 ** 26 });
  return stdout;
}

/** What the chart renders with each of the values, by one process: it is a part of another chart, once for each of them. */
export async function renderCharts(
  helm: string,
  cases: readonly Values[],
  ...args: readonly string[]
): Promise<Manifest[][]> {
  const directory = mkdtempSync(join(tmpdir(), 'chart-'));
  const alias = (index: number): string => `case${index}`;
  try {
    mkdirSync(join(directory, 'charts'));
    cpSync(chart, join(directory, 'charts', 'serviceentry-dns'), { recursive: true });
    const dependencies = cases.map((_, index) => ({ name: 'serviceentry-dns', version: '*', alias: alias(index) }));
    const whole = { apiVersion: 'v2', name: 'cases', version: '0.0.0', dependencies };
    writeFileSync(join(directory, 'Chart.yaml'), JSON.stringify(whole));
    const values = Object.fromEntries(cases.map((each, index) => [alias(index), each]));
    writeFileSync(join(directory, 'values.yaml'), JSON.stringify(values));
    const text = await runHelm(helm, 'template', release, directory, '--namespace', namespace, '--skip-tests', ...args);
    const rendered = cases.map((): Manifest[] => []);
    for (const document of text.split(/^---$/m).slice(1)) {
      const [, index] = /^# Source: cases\/charts\/case(\d+)\//m.exec(document) ?? [];
      const object = load(document) as Manifest | undefined;
      if (object) rendered[Number(index)]!.push(object);
    }
    return rendered;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
