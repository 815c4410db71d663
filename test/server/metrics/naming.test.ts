import { makePlugins } from '../../../src/plugins/plugins.ts';
import type { ForwardConfig } from '../../../src/plugins/forward/config.ts';
import { cacheFamilies } from '../../../src/plugins/cache/metrics.ts';
import { seriesOf, upstreamSeries } from '../../../src/plugins/forward/meter.ts';
import { forwardFamilies, originFamilies } from '../../../src/plugins/forward/metrics.ts';
import { healthFamilies } from '../../../src/plugins/health/metrics.ts';
import { registryFamilies } from '../../../src/plugins/serviceentry/metrics.ts';
import { dnsFamilies } from '../../../src/server/metrics/dns-families.ts';
import { dropFamilies } from '../../../src/server/metrics/drop-families.ts';
import { reloadFamilies } from '../../../src/server/control/reload/reload-families.ts';
import { processFamilies } from '../../../src/server/metrics/process-families.ts';
import { configOf } from '../../support/plugin.ts';
import { describe, expect, it } from 'vitest';
import { Exporter } from '../../../src/plugins/prometheus/exporter.ts';
import { metricsLayout } from '../../../src/server/metrics/layout.ts';
import { sourceFamilies } from '../../../src/plugins/serviceentry/source-metrics.ts';
import { Totals } from '../../../src/server/metrics/totals.ts';
import { makeCounters } from '../../../src/server/counters.ts';
import { readFileSync } from 'node:fs';
import { RegistryService } from '../../../src/plugins/serviceentry/registry-service.ts';
import { HttpMeter } from '../../../src/runtime/http/meter.ts';
import { HealthMeter } from '../../../src/plugins/health/self-check.ts';
import type { ServiceEntryConfig } from '../../../src/plugins/serviceentry/config.ts';
import type { SnapshotStatus, SourceStatus } from '../../../src/registry/sources/source.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { parseExposition } from '../../support/exposition.ts';
import { configOfText, HandSource, registryHost } from '../../support/running.ts';

const corefile = `.:1053 mesh.test:1053 {
  prometheus
  errors
  serviceentry {
    file /dev/null
    check
  }
  forward up.test 127.0.0.1 [::1]:5353
  forward . 127.0.0.1
}
`;

const status: SourceStatus = {
  cluster: 'east',
  kind: 'Pod',
  isSynced: false,
  state: 'waiting',
  startedMs: Date.UTC(2026, 0, 1) - 12_000,
  trouble: '503 down',
  lastEventMs: Date.UTC(2026, 0, 1) - 1500,
  lastBookmarkMs: undefined,
  objects: 3,
  relists: 4,
  watchRestarts: 5,
  errors: 6,
};

const snapshot: SnapshotStatus = { isFailing: true, writtenMs: Date.UTC(2026, 0, 1), errors: 7 };

/** An exposition in which every counter has counted. */
async function everything(): Promise<string> {
  const config = configOfText(corefile);
  const clock = new FakeClock();
  const directive = config.blocks[0]!.plugins.find(({ name }) => name === 'serviceentry')!.config as ServiceEntryConfig;
  const source = Object.assign(new HandSource(), { status: () => [status], snapshot: () => snapshot });
  const service = new RegistryService(directive, registryHost({ clock }), () => [source]);
  const started = service.start();
  source.sink!.apply([]);
  source.sink!.synced();
  await started;
  service.checker!.add('192.0.2.1:80');
  for (let i = 0; i < 4; i++) clock.advance(5000);
  await service.stop();
  const plugins = makePlugins();
  const layout = metricsLayout(config, plugins);
  const memory = makeCounters(layout.length);
  new Float64Array(memory).fill(1);
  const totals = new Totals(() => [new Map([[0, memory]])]);
  const httpMeter = new HttpMeter();
  httpMeter.open('health');
  const { lines } = configOf<ForwardConfig>(config.blocks[0]!, 'forward')!;
  const upstreams = lines.flatMap((line) => line.upstreams);
  const part = layout.plugins.find(({ name }) => name === 'forward')!;
  const sums = {
    workers: 1,
    at: (index: number) => totals.at(part.at + index),
    slice: (start: number, length: number) => totals.slice(part.at + start, length),
  };
  const one = (): number => 1;
  const facts = {
    version: '1',
    commit: '',
    fileLimit: 1024,
    totals,
    workerRestarts: one,
    droppedLogLines: one,
    controlPanics: one,
    httpMeter,
  };
  const families = [
    ...reloadFamilies({ hash: 'ab', loadedMs: 1, failures: 1, hasFailed: false }),
    ...processFamilies(facts),
    ...dnsFamilies(config, layout, () => true, totals),
    ...dropFamilies(config, () => true),
    ...cacheFamilies([{ labels: { server: 'dns://:1053', zones: '.', view: '' }, sums }]),
    ...forwardFamilies([
      {
        sums,
        upstreams: () =>
          upstreams.map((upstream, slot) => ({ upstream, counts: sums.slice(seriesOf(slot), upstreamSeries.length) })),
      },
    ]),
    ...originFamilies([
      {
        names: [{ name: 'dns.example', failures: 1 }],
        files: [{ path: '/etc/resolv.conf', readAt: 1 }],
      },
    ]),
    ...healthFamilies(new HealthMeter()),
    ...registryFamilies([{ zones: ['.', 'mesh.test.'], service, counts: sums }], clock),
  ];
  const exporter = new Exporter(() => families);
  return exporter.text();
}

const text = await everything();
const families = parseExposition(text);

describe.each(families)('$name', ({ name, help, type, samples }) => {
  it('is named as Prometheus has it', () => {
    expect(name).toMatch(/^(coredns|process)(_[a-z]+)+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(name).not.toMatch(/_(count|sum|bucket|gauge|counter|histogram)$/);
    // Base units only, and at the end.
    expect(name).not.toMatch(/(milli|micro|nano|kilo|mega|_ms_|_ms$|_kb|_mb|minutes|hours)/);
    if (/seconds|bytes/.test(name)) expect(name).toMatch(/_(seconds|bytes)(_total)?$/);
  });

  it('has a help text, a type and samples', () => {
    expect(help).toMatch(/^[A-Z1].*\.$/);
    expect(['counter', 'gauge', 'histogram']).toContain(type);
    if (!name.startsWith('coredns_serviceentry_last_bookmark_')) expect(samples.length).toBeGreaterThan(0);
  });

  it('has each sample once, with the same labels', () => {
    const keys = samples.map((sample) => `${sample.name} ${JSON.stringify(sample.labels)}`);
    expect(new Set(keys).size).toBe(keys.length);
    const labelSets = new Set(
      samples.map(({ labels }) =>
        Object.keys(labels)
          .filter((label) => label !== 'le')
          .join(),
      ),
    );
    if (samples.length > 0) expect(labelSets.size).toBe(1);
    for (const { labels } of samples) {
      for (const label of Object.keys(labels)) expect(label).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect('le' in labels && type !== 'histogram').toBe(false);
    }
  });

  it('is explained in the README', () => {
    expect(readFileSync('src/plugins/prometheus/README.md', 'utf8')).toContain(`\`${name}`);
  });
});

describe('histograms', () => {
  it('have growing buckets, the last of which is the count', () => {
    const histograms = families.filter(({ type }) => type === 'histogram');
    expect(histograms.length).toBeGreaterThan(3);
    for (const { samples } of histograms) {
      let before = -Infinity;
      let bucket = 0;
      for (const { name, labels, value } of samples) {
        if (name.endsWith('_bucket')) {
          expect(labels.le === '+Inf' ? Infinity : Number(labels.le)).toBeGreaterThan(before);
          before = labels.le === '+Inf' ? -Infinity : Number(labels.le);
          bucket = value;
        } else if (name.endsWith('_count')) expect(value).toBe(bucket);
      }
    }
  });
});

describe('an upstream of several lines', () => {
  it('stands there once, with the sum', () => {
    const failures = families.find(({ name }) => name === 'coredns_proxy_request_failures_total')!;
    expect(failures.samples.map(({ labels, value }) => [labels.to, value])).toEqual([
      ['127.0.0.1:53', 2],
      ['[::1]:5353', 1],
    ]);
    const healthy = families.find(({ name }) => name === 'coredns_proxy_healthy_ratio')!;
    expect(healthy.samples.map(({ value }) => value)).toEqual([0, 0]);
  });
});

describe('kinds that are watched', () => {
  const labels = { zones: '.' };
  const samplesOf = (each: SourceStatus) => {
    const all = sourceFamilies([{ service: { sourceStatus: [each], snapshots: [snapshot] }, labels }], new FakeClock());
    return new Map(all.map((family) => [family.name.replace('coredns_serviceentry_', ''), family.samples()]));
  };

  it('have their cluster, and what is known of them', () => {
    const samples = samplesOf(status);
    const own = { zones: '.', cluster: 'east', kind: 'Pod' };
    expect(samples.get('source_synced')).toEqual([{ labels: own, value: 0 }]);
    expect(samples.get('source_waiting_seconds')).toEqual([{ labels: own, value: 12 }]);
    expect(samples.get('last_event_timestamp_seconds')).toEqual([{ labels: own, value: 1_767_225_598.5 }]);
    expect(samples.get('last_event_age_seconds')).toEqual([{ labels: own, value: 1.5 }]);
    expect(samples.get('last_bookmark_age_seconds')).toEqual([]);
    expect(samples.get('source_objects')).toEqual([{ labels: own, value: 3 }]);
    expect(samples.get('relists_total')).toEqual([{ labels: own, value: 4 }]);
    expect(samples.get('watch_restarts_total')).toEqual([{ labels: own, value: 5 }]);
    expect(samples.get('source_errors_total')).toEqual([{ labels: own, value: 6 }]);
    const states = samples.get('source_state')!.map(({ labels: { state }, value }) => `${state!} ${value}`);
    expect(states).toEqual(['listing 0', 'watching 0', 'waiting 1', 'absent 0', 'forbidden 0']);
  });

  it.each(['absent', 'forbidden'] as const)('are not waited for where they are %s', (state) => {
    const samples = samplesOf({ ...status, state, isSynced: true, lastBookmarkMs: 1 });
    for (const name of ['last_event', 'last_bookmark'].flatMap((each) => [`${each}_age`, `${each}_timestamp`])) {
      expect(samples.get(`${name}_seconds`)).toEqual([]);
    }
    expect(samples.get('source_waiting_seconds')).toEqual([]);
    expect(samplesOf({ ...status, lastBookmarkMs: 1 }).get('last_bookmark_age_seconds')).toHaveLength(1);
  });

  it('say of snapshots whether they are written', () => {
    const samples = samplesOf(status);
    expect(samples.get('snapshot_failing')).toEqual([{ labels, value: 1 }]);
    expect(samples.get('snapshot_errors_total')).toEqual([{ labels, value: 7 }]);
    expect(samples.get('snapshot_written_timestamp_seconds')).toEqual([{ labels, value: 1_767_225_600 }]);
  });

  it('are never younger than now', () => {
    const samples = samplesOf({ ...status, lastEventMs: Date.UTC(2027, 0, 1) });
    expect(samples.get('last_event_age_seconds')![0]!.value).toBe(0);
  });
});
