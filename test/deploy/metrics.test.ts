import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningServer } from '../../src/server/control/server.ts';
import { askUdp } from '../support/dns-client.ts';
import { parseExposition, type ParsedFamily } from '../support/exposition.ts';
import { FakeApiServer } from '../support/fake-api-server.ts';
import { answer, FakeUpstream } from '../support/fake-upstream.ts';
import { freePorts } from '../support/free-ports.ts';
import { encodeQuery } from '../support/query.ts';
import { configOfText, environmentFor, get } from '../support/running.ts';
import { certPath, keyPath } from '../support/tls/files.ts';
import { dashboardFile, rules } from './monitoring.ts';
import { parsePromql, type Selector } from './promql.ts';

/** What Prometheus knows by itself. */
const targetLabels = ['job', 'namespace', 'instance'];
const builtIn = new Map([['up', new Set<string>()]]);

interface Target {
  readonly expr: string;
  readonly legendFormat: string;
  readonly refId: string;
  readonly datasource: unknown;
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly datasource?: unknown;
  readonly targets?: readonly Target[];
}

interface Dashboard {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
  readonly panels: readonly Panel[];
}

const dashboard = JSON.parse(readFileSync(dashboardFile, 'utf8')) as Dashboard;
const variables = dashboard.templating.list.map(({ name }) => name);
const dataSource = { type: 'prometheus', uid: '${datasource}' };
const panels = dashboard.panels.filter(({ type }) => type !== 'row');

/** Expressions as Prometheus gets them, with where they stand. */
const expressions = [
  ...rules().map(({ record, alert, expr }) => [record ?? alert ?? '', expr] as const),
  ...panels.flatMap(({ title, targets }) =>
    targets!.map(({ expr, refId }) => [`${title} ${refId}`, expr.replaceAll('$__rate_interval', '5m')] as const),
  ),
  ...dashboard.templating.list.flatMap(({ name, definition }) => {
    const [, selector] = /^label_values\((.*), \w+\)$/.exec(definition ?? '') ?? [];
    return selector === undefined ? [] : [[`variable ${name}`, selector] as const];
  }),
];

let families: ReadonlyMap<string, ParsedFamily>;
let stop: () => Promise<void>;

/** A server with every plugin that has metrics, after some of everything has happened. */
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'metrics-'));
  const upstream = await FakeUpstream.start(answer());
  const api = await FakeApiServer.start();
  api.put('serviceentries', { metadata: { name: 'a', namespace: 'b' }, spec: { hosts: ['a.mesh.test'] } });
  const [dns = 0, tls = 0, http = 0, health = 0, silent = 0] = await freePorts(5);
  const corefile = `
.:${dns} {
  bind 127.0.0.1
  errors
  acl {
    allow net 127.0.0.0/8
  }
  prometheus 127.0.0.1:${http} {
    runtime_metrics
  }
  health 127.0.0.1:${health}
  hosts ${join(folder, 'hosts')} {
    fallthrough
  }
  serviceentry mesh.test {
    endpoint ${api.url}
    snapshot ${join(folder, 'snapshot')}
  }
  cache
  loop
  forward silent.test 127.0.0.1:${silent} {
    max_connect_attempts 1
  }
  forward named.test dns.example {
    resolver 127.0.0.1:${upstream.port}
  }
  forward . 127.0.0.1:${upstream.port}
}
tls://.:${tls} {
  bind 127.0.0.1
  tls ${certPath('server')} ${keyPath('server')}
  prometheus 127.0.0.1:${http}
  whoami
}`;
  const server = await RunningServer.start(configOfText(corefile), {
    ...environmentFor(),
    fileLimit: 1024,
    corefile: {
      first: { hash: 'ab', state: '', files: [] },
      fixed: undefined,
      look: () => '',
      read: () => {
        throw new Error('nothing has changed');
      },
    },
  });
  stop = async () => {
    await server.stop();
    await upstream.stop();
    await api.close();
    rmSync(folder, { recursive: true, force: true });
  };
  for (const name of ['a.example', 'a.mesh.test', 'a.silent.test']) await askUdp(dns, encodeQuery(name, 'A'));
  const { body } = await get(http, '/metrics');
  families = new Map(parseExposition(body).map((family) => [family.name, family]));
});

afterAll(() => stop());

/** Labels of a metric, without those of the target; `undefined` where there is no such metric. */
function labelsOf(metric: string): ReadonlySet<string> | undefined {
  const known = builtIn.get(metric);
  if (known) return known;
  const rule = rules().find(({ record }) => record === metric);
  if (rule) return new Set(parsePromql(rule.expr).groupedBy);
  const family = families.get(metric) ?? families.get(metric.replace(/_(bucket|sum|count)$/, ''));
  if (!family) return undefined;
  const samples = family.samples.filter(({ name }) => name === metric);
  return new Set(samples.flatMap(({ labels }) => Object.keys(labels)));
}

function valuesOf(metric: string, label: string): Set<string | undefined> {
  const family = families.get(metric) ?? families.get(metric.replace(/_(bucket|sum|count)$/, ''))!;
  return new Set(family.samples.map(({ labels }) => labels[label]));
}

function checkSelector({ metric, matchers }: Selector): void {
  const labels = labelsOf(metric);
  expect(labels, metric).toBeDefined();
  for (const { label, operator, value } of matchers) {
    if (targetLabels.includes(label)) continue;
    expect([...labels!], metric).toContain(label);
    expect(operator).toBe('=');
    expect([...valuesOf(metric, label)], `${metric} ${label}`).toContain(value);
  }
}

describe('what rules and board ask for', () => {
  it.each(expressions)('%s is there in a scrape', (_, expr) => {
    const { selectors, groupedBy } = parsePromql(expr);
    expect(selectors.length).toBeGreaterThan(0);
    for (const selector of selectors) checkSelector(selector);
    const labels = new Set(selectors.flatMap(({ metric }) => [...labelsOf(metric)!]));
    expect(groupedBy.filter((label) => !labels.has(label) && !targetLabels.includes(label))).toEqual([]);
  });

  it('selects this server wherever it says what', () => {
    for (const [place, expr] of expressions) {
      for (const { metric, matchers } of parsePromql(expr).selectors) {
        if (metric.startsWith('job') || place === 'variable job') continue;
        expect([place, matchers.map(({ label }) => label)]).toEqual([place, expect.arrayContaining(['job'])]);
      }
    }
  });
});

describe('the board', () => {
  it('has each panel once, and none over another', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x} ${y}`), title).toBe(false);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });

  it.each(panels)('$title asks the data source of the variable, and says what is shown', (panel) => {
    expect(['stat', 'timeseries']).toContain(panel.type);
    expect(panel.description).toMatch(/\.$/);
    expect(panel.datasource).toEqual(dataSource);
    for (const { expr, legendFormat, datasource } of panel.targets!) {
      expect(datasource).toEqual(dataSource);
      expect(legendFormat).not.toBe('');
      for (const [, name] of expr.matchAll(/\$(\w+)/g)) expect([...variables, '__rate_interval']).toContain(name);
    }
  });

  it('can be imported', () => {
    expect(dashboard.uid).toBe('serviceentry-dns');
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(41);
    expect(variables).toEqual(['datasource', 'job', 'namespace', 'instance']);
  });
});
