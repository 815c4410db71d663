import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clusterNames } from '../../src/kubernetes/cluster-name.ts';

describe('names of clusters', () => {
  test('are those of contexts and hosts, and unique', () => {
    const kubeconfig = (file: string, context?: string) => ({ kind: 'kubeconfig', file, context }) as const;
    expect(
      clusterNames([
        { kind: 'in-cluster' },
        kubeconfig('k', 'east'),
        kubeconfig('other', 'east'),
        kubeconfig('/nowhere/config'),
        { kind: 'endpoint', url: 'https://10.0.0.1:6443/x', tls: undefined },
      ]),
    ).toEqual(['kubernetes', 'east', 'east-2', 'config', '10.0.0.1:6443']);
  });

  test.each([
    'apiVersion: v1\ncurrent-context: prod # ours\n',
    '{"current-context":"prod","x":1}',
    '{ "current-context": "prod" }',
  ])('without a context the one of the file counts: %j', (text) => {
    const directory = mkdtempSync(join(tmpdir(), 'names-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, 'config');
    writeFileSync(file, text);
    expect(clusterNames([{ kind: 'kubeconfig', file, context: undefined }])).toEqual(['prod']);
  });
});
