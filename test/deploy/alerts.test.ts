import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { load } from 'js-yaml';
import { describe, expect, it, onTestFinished } from 'vitest';
import { headingsOf, section } from '../docs/markdown.ts';
import { alertCases, type AlertCase } from './alert-cases.ts';
import { promtool, provide } from './go-tool.ts';
import { alerts, prometheusRule, prometheusRuleFile, recordingFile, ruleFiles } from './monitoring.ts';

const run = promisify(execFile);
const program = await provide(promtool);
const runbooks = 'docs/runbooks.md';
const prefix = 'ServiceEntryDNS';
const pod = (instance: string) => ({ job: 'serviceentry-dns', namespace: 'dns', instance });

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(',');
}

function ruleOf({ alert }: Pick<AlertCase, 'alert'>) {
  return alerts().find((each) => each.alert === prefix + alert)!;
}

/** A test of promtool: with these series the alert fires as it is said, or does not. */
function promtoolTest({ alert, at, of = 'pod', labels = {}, value = '', firing, quiet }: AlertCase, fires: boolean) {
  const rule = ruleOf({ alert });
  const { instance, ...job } = pod('a');
  const own = { ...(of === 'none' ? {} : job), ...(of === 'pod' ? { instance } : {}), ...labels };
  const fill = (text: string): string =>
    text
      .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => (own as Record<string, string>)[label] ?? '')
      .replaceAll(/\{\{ \$value.*?\}\}/g, value);
  const annotations = Object.fromEntries(Object.entries(rule.annotations!).map(([name, text]) => [name, fill(text)]));
  return {
    name: `${alert} ${fires ? 'fires' : 'does not fire'}`,
    interval: '1m',
    input_series: Object.entries(fires ? firing : quiet).map(([series, values]) => ({
      series: series.replace('{T', `{${labelText(pod('a'))}`).replace('{U', `{${labelText(pod('b'))}`),
      values,
    })),
    alert_rule_test: [
      {
        eval_time: at,
        alertname: rule.alert,
        exp_alerts: fires ? [{ exp_labels: { ...own, ...rule.labels }, exp_annotations: annotations }] : [],
      },
    ],
  };
}

describe.skipIf(program === undefined)('promtool', () => {
  it('finds nothing to say against the rules', async () => {
    const { stdout } = await run(program!, ['check', 'rules', '--lint=all', '--lint-fatal', ...ruleFiles]);
    expect(stdout.match(/SUCCESS/g)).toHaveLength(ruleFiles.length);
  });

  it('has each alert fire when it should, and not when it should not', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    // Each with its own rule only: promtool computes all rules that it is given, every minute.
    const files = alertCases.map((each) => {
      const file = join(folder, `${each.alert}.test.yaml`);
      const rule = ruleOf(each);
      const own = join(folder, `${each.alert}.rules.yaml`);
      writeFileSync(own, JSON.stringify({ groups: [{ name: each.alert, rules: [rule] }] }));
      const recorded = rule.expr.includes('job:') ? [resolve(recordingFile)] : [];
      const tests = [promtoolTest(each, true), promtoolTest(each, false)];
      writeFileSync(file, JSON.stringify({ rule_files: [...recorded, own], evaluation_interval: '1m', tests }));
      return file;
    });
    const { stdout } = await run(program!, ['test', 'rules', ...files]).catch((error: unknown) => {
      throw new Error((error as { stderr: string }).stderr);
    });
    expect(stdout.match(/SUCCESS/g)).toHaveLength(files.length);
  });
});

describe('the alerts', () => {
  it('have each a case', () => {
    expect(alertCases.map(({ alert }) => prefix + alert)).toEqual(alerts().map(({ alert }) => alert));
  });

  it.each(alerts())('$alert says what it is about, how bad it is, and where to read on', ({ alert, ...rule }) => {
    expect(alert).toMatch(/^ServiceEntryDNS([A-Z][a-z]+)+$/);
    expect(['critical', 'warning', 'info']).toContain(rule.labels?.severity);
    const { summary, description, runbook_url: url, ...others } = rule.annotations!;
    expect(others).toEqual({});
    expect(summary).toMatch(/^(\{\{|[A-Z9]).*\.$/);
    expect(description).toMatch(/\.$/);
    expect(url).toBe(`${runbooks}#${alert.toLowerCase()}`);
  });

  it('have a runbook each, with what it means, what to look at and what to do', () => {
    const text = readFileSync(runbooks, 'utf8').split('\n');
    const headings = headingsOf(text).filter(({ level }) => level === 2);
    expect(headings.map((each) => each.text)).toEqual(alerts().map(({ alert }) => alert));
    for (const { alert } of alerts()) {
      const parts = [...section(runbooks, alert).matchAll(/^\*\*(.+?)\.\*\* (.*)$/gm)];
      expect([alert, ...parts.map(([, name]) => name)]).toEqual([alert, 'Meaning', 'Look at', 'Do']);
      for (const [, , first] of parts) expect(first).not.toBe('');
    }
  });
});

it('the PrometheusRule has the same rules', () => {
  expect(load(readFileSync(prometheusRuleFile, 'utf8'))).toEqual(load(prometheusRule()));
});
