import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { dump, load } from 'js-yaml';

// What is shipped for Prometheus and Grafana. `node test/deploy/monitoring.ts` writes the PrometheusRule anew.

const folder = 'deploy/chart/files';

export const recordingFile = `${folder}/rules/recording.yaml`;
export const ruleFiles = [recordingFile, `${folder}/rules/alerts.yaml`] as const;
export const dashboardFile = `${folder}/dashboards/serviceentry-dns.json`;
export const prometheusRuleFile = 'deploy/components/monitoring/prometheus-rule.yaml';

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly Rule[];
}

/** A recording rule or an alert. */
export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The groups of all files. */
export function ruleGroups(): RuleGroup[] {
  return ruleFiles.flatMap((file) => (load(readFileSync(file, 'utf8')) as { groups: RuleGroup[] }).groups);
}

export function rules(): Rule[] {
  return ruleGroups().flatMap((group) => group.rules);
}

export function alerts(): (Rule & { readonly alert: string })[] {
  return rules().flatMap((rule) => (rule.alert === undefined ? [] : { ...rule, alert: rule.alert }));
}

/** The rules as an object of the Prometheus Operator: its `spec` is what a rule file is. */
export function prometheusRule(): string {
  const object = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'serviceentry-dns', labels: { 'app.kubernetes.io/name': 'serviceentry-dns' } },
    spec: { groups: ruleGroups() },
  };
  return `# Made of ${folder}/rules by test/deploy/monitoring.ts.\n${dump(object, { lineWidth: -1 })}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(prometheusRuleFile, prometheusRule());
}
