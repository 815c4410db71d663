import { describe, expect, test } from 'vitest';
import { disturbanceText, microseconds, notes, reportText, table, thousands } from '../../../bench/peers/report.ts';
import { mediansOf, type ScenarioResult, type ServerResult } from '../../../bench/peers/results.ts';
import type { Run } from '../../../bench/peers/run.ts';
import { scenarios } from '../../../bench/peers/scenarios.ts';

const machine = { cpu: '', cpus: 2, memoryBytes: 0, kernel: '', system: '', dnsperf: '', loadAverage: 0 };
const mb = 1e6;

function run(answersPerCpuSecond: number, more: Partial<Run> = {}): Run {
  const cpuSeconds = 2.9;
  const answered = answersPerCpuSecond * cpuSeconds;
  return {
    asked: answered,
    answered,
    lost: 0,
    seconds: 3,
    rcodes: { NOERROR: answered },
    cpuSeconds,
    answersPerCpuSecond,
    busy: cpuSeconds / 3,
    residentBytes: 100 * mb,
    peakBytes: 120 * mb,
    ...more,
  };
}

function server(title: string, ...runs: Run[]): ServerResult {
  return { title, version: '1', startedAfterMs: 1500, medians: mediansOf(runs), runs };
}

function result(name: string, servers: ScenarioResult['servers']): ScenarioResult {
  const scenario = scenarios.find((each) => each.name === name)!;
  return { scenario, measuredAt: '', seconds: 3, machine, missing: [], servers };
}

const timed = (p999: number): Partial<Run> => ({
  latencyUs: { p50: 50, p90: 90, p99: p999 / 2, p999, max: 2 * p999 },
});

describe('the medians', () => {
  test('are those of each value, and lost queries are added up', () => {
    const medians = mediansOf([run(300_000, { lost: 2 }), run(100_000), run(200_000, { lost: 3 })]);
    expect(medians.answersPerCpuSecond).toBe(200_000);
    expect(medians.answersPerCpuSecondSpread).toBe(1);
    expect(medians.cpuUsPerAnswer).toBe(5);
    expect(medians.lost).toBe(5);
    expect(medians.p999Us).toBeUndefined();
  });

  test('have percentiles where all runs have', () => {
    expect(mediansOf([run(1000, timed(100)), run(1000, timed(300)), run(1000, timed(200))]).p999Us).toBe(200);
  });
});

describe('the report', () => {
  test('is a table with the ratios of ours to theirs', () => {
    const servers = { ours: server('ours', run(400_000)), knot: server('Knot', run(200_000)) };
    const text = reportText(result('a10k', servers));
    expect(text).toMatch(/^a10k: 10,000 A records, UDP \(1 × 3 s\)\n/);
    expect(text).toMatch(/^ {2}ours +400k +0% +2\.50 µs +387k +97% +0 +100 MB +120 MB +1\.5 s$/m);
    expect(text).toMatch(/^ {2}Knot +200k +0% +2\.00 +5\.00 µs/m);
  });

  test('has percentiles where there are some', () => {
    const servers = { ours: server('ours', run(1000, timed(200))), coredns: server('CoreDNS', run(1000, timed(300))) };
    const text = reportText(result('light', servers));
    expect(text).toMatch(/^ {2}ours .* 50 µs +100 µs +200 µs +400 µs$/m);
    expect(text).toMatch(/^ {2}CoreDNS .* 50 µs +150 µs +300 µs +600 µs +1\.50$/m);
  });

  test('says nothing where nothing is odd', () => {
    expect(notes(result('a10k', { ours: server('ours', run(400_000)) }))).toEqual([]);
  });

  test.each<[string, string, Partial<Run>, RegExp | undefined]>([
    ['an idle server', 'a10k', { busy: 0.6 }, /ours was busy for 60% only/],
    ['an idle server at a fixed rate', '50k', { busy: 0.6 }, undefined],
    [
      'wrong replies',
      'a10k',
      { rcodes: { NOERROR: 5, NXDOMAIN: 5, SERVFAIL: 4, REFUSED: 3 } },
      /WRONG: 7 replies of ours/,
    ],
    ['failures that are asked for', 'proxy-mix', { rcodes: { NOERROR: 5, SERVFAIL: 4 } }, undefined],
    ['a client that could not send', 'light', { kept: { times: 2, ms: 45.1 } }, /kept from sending.*: 45\.1 ms/],
    ['changes', 'changes', { disturbances: 2990, disturbedSeconds: 3 }, /of each run: 2990 in 3.0 s/],
  ])('%s', (_, name, more, expected) => {
    const said = notes(result(name, { ours: server('ours', run(400_000, more)) }));
    if (expected === undefined) expect(said).toEqual([]);
    else expect(said.join('\n')).toMatch(expected);
  });

  test('compares what changes with what nobody disturbs', () => {
    const results = new Map([
      ['calm', result('calm', { ours: server('ours', run(1, timed(100))), knot: server('Knot', run(1, timed(200))) })],
      ['relists', result('relists', { ours: server('ours', run(1, timed(300))) })],
    ]);
    expect(disturbanceText(results).split('\n')).toEqual([
      'calm: our p99.9 is 0.50 × that of Knot that nobody disturbs',
      'relists: our p99.9 is 1.50 × that of Knot that nobody disturbs',
      '',
    ]);
    expect(disturbanceText(new Map())).toBe('');
  });
});

test('columns are aligned', () => {
  expect(
    table([
      ['', 'a'],
      ['long', '1'],
      ['x', '100'],
    ]),
  ).toBe('          a\n  long    1\n  x     100\n');
});

test.each([
  [thousands(372_400), '372k'],
  [thousands(1234), '1.2k'],
  [microseconds(49.6), '50 µs'],
  [microseconds(1500), '1.50 ms'],
])('%s', (text, expected) => expect(text).toBe(expected));
