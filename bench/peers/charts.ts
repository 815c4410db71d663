import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { barChart, type Bar, type BarGroup } from './bar-chart.ts';
import { megabytes, microseconds, thousands } from './report.ts';
import { readResults, type Medians, type ScenarioResult } from './results.ts';
import { serverNames } from './servers/kind.ts';

/** A figure that is drawn. */
interface Figure {
  readonly of: (medians: Medians) => number;
  readonly text: (value: number) => string;
}

interface Chart {
  readonly file: string;
  readonly title: string;
  readonly subtitle: string;
  readonly figure: Figure;
  /** Scenarios; where there is no result of one it is left out. */
  readonly groups: readonly string[];
}

const perCpuSecond: Figure = { of: (medians) => medians.answersPerCpuSecond, text: thousands };
const more = 'Answers per second of CPU time of the server, all its processes and threads; more is better';

const charts: readonly Chart[] = [
  {
    file: 'udp.svg',
    title: 'As fast as it can',
    subtitle: more,
    figure: perCpuSecond,
    groups: ['a10k', 'a10k-full', 'a1m', 'mix', 'wildcard'],
  },
  {
    file: 'rates.svg',
    title: 'At a fixed rate',
    subtitle: more,
    figure: perCpuSecond,
    groups: ['50k', '150k', 'light'],
  },
  { file: 'streams.svg', title: 'TCP and TLS', subtitle: more, figure: perCpuSecond, groups: ['tcp', 'dot'] },
  {
    file: 'latency.svg',
    title: 'Latency',
    subtitle: '99.9th percentile from query to reply; less is better',
    figure: { of: (medians) => medians.p999Us ?? NaN, text: microseconds },
    groups: ['light', 'calm', 'changes', 'relists'],
  },
  {
    file: 'memory.svg',
    title: 'Memory',
    subtitle: 'Resident at the end of a run; less is better',
    figure: { of: (medians) => medians.residentBytes, text: megabytes },
    groups: ['a10k', 'a1m'],
  },
];

/** Draws what the results in a directory hold into that directory; the names of the files. */
export function drawCharts(directory: string): string[] {
  const results = readResults(directory);
  const drawn: string[] = [];
  for (const { file, title, subtitle, figure, groups } of charts) {
    const found = groups.flatMap((name) => results.get(name) ?? []).map((result) => groupOf(result, figure));
    if (found.length === 0) continue;
    writeFileSync(join(directory, file), barChart({ title, subtitle, groups: found }));
    drawn.push(file);
  }
  return drawn;
}

function groupOf({ scenario, servers }: ScenarioResult, figure: Figure): BarGroup {
  const bars = serverNames.flatMap((name): Bar[] => {
    const result = servers[name];
    if (result === undefined) return [];
    const value = figure.of(result.medians);
    const kind = name === 'ours' ? 'ours' : name === 'echo' ? 'limit' : 'peer';
    return [{ label: result.title, value, text: figure.text(value), kind }];
  });
  return { title: scenario.title, bars };
}
