import type { Medians, ScenarioResult, ServerResult } from './results.ts';

const limitName = 'echo';
const usual = ['NOERROR', 'NXDOMAIN'];

/** The medians of a scenario as a table for people. */
export function reportText({ scenario, servers, seconds }: ScenarioResult): string {
  const results = Object.values(servers);
  const isTimed = results.some(({ medians }) => medians.p99Us !== undefined);
  const ours = servers.ours?.medians;
  const head = ['', 'q/s of CPU', 'spread', 'ratio', 'CPU/q', 'q/s', 'busy', 'lost', 'RSS', 'peak', 'started'];
  if (isTimed) head.push('p50', 'p99', 'p99.9', 'max', 'p99 ratio');
  const rows = results.map((result) => row(result, ours, isTimed));
  const rounds = results[0]?.runs.length ?? 0;
  return `${scenario.name}: ${scenario.title} (${rounds} × ${seconds} s)\n${table([head, ...rows])}`;
}

/** `ratio` is ours by theirs of queries per second of CPU; `p99 ratio` theirs by ours: above 1 we are ahead. */
function row({ title, medians, startedAfterMs }: ServerResult, ours: Medians | undefined, isTimed: boolean): string[] {
  const isOurs = medians === ours;
  const ratio = (mine: number, theirs: number): string =>
    isOurs || ours === undefined ? '' : (mine / theirs).toFixed(2);
  const cells = [
    title,
    thousands(medians.answersPerCpuSecond),
    percent(medians.answersPerCpuSecondSpread),
    ratio(ours?.answersPerCpuSecond ?? NaN, medians.answersPerCpuSecond),
    `${medians.cpuUsPerAnswer.toFixed(2)} µs`,
    thousands(medians.answersPerSecond),
    percent(medians.busy),
    String(medians.lost),
    megabytes(medians.residentBytes),
    megabytes(medians.peakBytes),
    `${(startedAfterMs / 1000).toFixed(1)} s`,
  ];
  if (isTimed)
    cells.push(
      ...[medians.p50Us, medians.p99Us, medians.p999Us, medians.maxUs].map((us) => microseconds(us ?? NaN)),
      ratio(medians.p99Us ?? NaN, ours?.p99Us ?? NaN),
    );
  return cells;
}

/** How our 99.9th percentile while the registry changes is to that of another server that nobody disturbs. */
export function disturbanceText(results: ReadonlyMap<string, ScenarioResult>): string {
  const undisturbed = results.get('calm')?.servers.knot;
  return ['calm', 'changes', 'relists']
    .flatMap((name) => {
      const mine = results.get(name)?.servers.ours?.medians.p999Us;
      const theirs = undisturbed?.medians.p999Us;
      if (undisturbed === undefined || mine === undefined || theirs === undefined) return [];
      return [
        `${name}: our p99.9 is ${(mine / theirs).toFixed(2)} × that of ${undisturbed.title} that nobody disturbs\n`,
      ];
    })
    .join('');
}

/** What one must know to read the figures. */
export function notes({ scenario, servers }: ScenarioResult): string[] {
  const found: string[] = [];
  const isOpen =
    scenario.load.by === 'rate' || (scenario.load.by === 'dnsperf' && scenario.load.perSecond !== undefined);
  for (const [name, { title, medians, runs }] of Object.entries(servers)) {
    if (!isOpen && name !== limitName && medians.busy < 0.9)
      found.push(
        `${title} was busy for ${percent(medians.busy)} only: the load was the limit, or the machine is not quiet`,
      );
    const expected = scenario.asked === 'proxy-mix' ? [...usual, 'SERVFAIL'] : usual;
    const wrong = runs.reduce((sum, { rcodes }) => sum + wrongReplies(rcodes, expected), 0);
    if (wrong > 0) found.push(`WRONG: ${wrong} replies of ${title} had none of ${expected.join(', ')}`);
    const kept = runs.map((run) => run.kept?.ms ?? 0);
    if (Math.max(...kept) > 1)
      found.push(`the client of ${title} was kept from sending, of each run: ${kept.map(milliseconds).join(', ')}`);
    const times = runs.flatMap(({ disturbances, disturbedSeconds = NaN }) =>
      disturbances === undefined ? [] : `${disturbances} in ${disturbedSeconds.toFixed(1)} s`,
    );
    if (times.length > 0) found.push(`changes or relists meanwhile, of each run: ${times.join(', ')}`);
  }
  return found;
}

function wrongReplies(rcodes: Readonly<Record<string, number>>, expected: readonly string[]): number {
  return Object.entries(rcodes).reduce((sum, [code, n]) => (expected.includes(code) ? sum : sum + n), 0);
}

/** Columns aligned, the first to the left. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  return rows
    .map((cells) => cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '))
    .map((line) => `  ${line.trimEnd()}\n`)
    .join('');
}

export function thousands(value: number): string {
  return value >= 10_000 ? `${(value / 1000).toFixed(0)}k` : `${(value / 1000).toFixed(1)}k`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0)} MB`;
}

export function microseconds(us: number): string {
  return us >= 1000 ? `${(us / 1000).toFixed(2)} ms` : `${us.toFixed(0)} µs`;
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)}%`;
}
