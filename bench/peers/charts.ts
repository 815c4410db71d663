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

/** Scenarios whose bars are compared; of those that have no result there are none. */
interface Group {
  /** By default that of the scenario. */
  readonly title?: string;
  /** With what is said of our server in it, where there are several. */
  readonly scenarios: Readonly<Record<string, string>>;
}

interface Chart {
  readonly file: string;
  readonly title: string;
  readonly subtitle: string;
  readonly figure: Figure;
  readonly groups: readonly Group[];
}

const perCpuSecond: Figure = { of: (medians) => medians.answersPerCpuSecond, text: thousands };
const more = 'Answers per second of CPU time of the server, all its processes and threads; more is better';

const charts: readonly Chart[] = [
  // These two are on the first page of the README.
  {
    file: 'summary.svg',
    title: 'Answers per second of CPU time',
    subtitle: 'UDP, queries from dnsperf; more is better',
    figure: perCpuSecond,
    groups: each('a10k', 'mix'),
  },
  {
    file: 'proxy.svg',
    title: 'The same as a proxy',
    subtitle: 'UDP; more is better',
    figure: perCpuSecond,
    groups: each('forward-udp', 'cache-hits'),
  },
  {
    file: 'udp.svg',
    title: 'As fast as it can',
    subtitle: more,
    figure: perCpuSecond,
    groups: each('a10k', 'a10k-full', 'a10k-clients', 'a1m', 'a1m-full', 'mix', 'mix-full', 'wildcard'),
  },
  {
    file: 'rates.svg',
    title: 'At a fixed rate',
    subtitle: more,
    figure: perCpuSecond,
    groups: each('50k', '150k', 'light'),
  },
  { file: 'streams.svg', title: 'TCP and TLS', subtitle: more, figure: perCpuSecond, groups: each('tcp', 'dot') },
  {
    file: 'forwards.svg',
    title: 'Forwards',
    subtitle: more,
    figure: perCpuSecond,
    groups: each('forward-udp', 'forward-tcp', 'forward-tls', 'proxy-mix'),
  },
  {
    file: 'cache.svg',
    title: 'Cache hits',
    subtitle: more,
    figure: perCpuSecond,
    groups: each('cache-hits', 'cache-hits-clients', 'search-paths'),
  },
  {
    file: 'forward-latency.svg',
    title: 'Latency of forwards',
    subtitle: '99th percentile from query to reply; less is better',
    figure: { of: (medians) => medians.p99Us ?? NaN, text: microseconds },
    groups: each('forward-10k'),
  },
  {
    file: 'latency.svg',
    title: 'Latency',
    subtitle: '99.9th percentile from query to reply; less is better',
    figure: { of: (medians) => medians.p999Us ?? NaN, text: microseconds },
    groups: [
      ...each('light'),
      {
        title: '100,000 A records, UDP, 50,000 a second',
        scenarios: { calm: '', changes: ', changes', relists: ', relists' },
      },
    ],
  },
  {
    file: 'memory.svg',
    title: 'Memory',
    subtitle: 'Resident at the end of a run; less is better',
    figure: { of: (medians) => medians.residentBytes, text: megabytes },
    groups: each('a10k', 'a1m'),
  },
];

/** Draws what the results in a directory hold into that directory; the names of the files. */
export function drawCharts(directory: string): string[] {
  const results = readResults(directory);
  const drawn: string[] = [];
  for (const { file, title, subtitle, figure, groups } of charts) {
    const found = groups.flatMap((group) => barsOf(group, results, figure));
    if (found.length === 0) continue;
    writeFileSync(join(directory, file), barChart({ title, subtitle, groups: found }));
    drawn.push(file);
  }
  return drawn;
}

function each(...names: readonly string[]): Group[] {
  return names.map((name) => ({ scenarios: { [name]: '' } }));
}

/** None where no scenario of the group has a result. */
function barsOf(group: Group, results: ReadonlyMap<string, ScenarioResult>, { of, text }: Figure): BarGroup[] {
  let { title } = group;
  const bars: Bar[] = [];
  for (const [scenario, said] of Object.entries(group.scenarios)) {
    const result = results.get(scenario);
    if (result === undefined) continue;
    title ??= result.scenario.title;
    for (const name of serverNames) {
      const server = result.servers[name];
      if (server === undefined) continue;
      const value = of(server.medians);
      const kind = name === 'ours' ? 'ours' : name === 'echo' ? 'limit' : 'peer';
      bars.push({ label: server.title + said, value, text: text(value), kind });
    }
  }
  return bars.length === 0 ? [] : [{ title: title ?? '', bars }];
}
