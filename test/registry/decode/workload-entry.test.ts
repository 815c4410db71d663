import { describe, expect, it } from 'vitest';
import { readWorkloadEntry, rejectionsOf } from './reading.ts';

const health = { annotations: { 'proxy.istio.io/health-checks-enabled': 'true' } };
const conditions = (...list: object[]) => ({ status: { conditions: list } });

describe('a WorkloadEntry', () => {
  it('has the labels of its metadata over those of its spec', () => {
    const spec = { address: '1.1.1.1', labels: { app: 'spec', only: 'spec' } };
    const entry = readWorkloadEntry(spec, [], { labels: { app: 'metadata', other: 'metadata' } });
    expect(Object.fromEntries(entry.labels)).toEqual({ app: 'metadata', only: 'spec', other: 'metadata' });
  });

  it('is where its labels say, if no field says it', () => {
    const metadata = { labels: { 'istio-locality': 'eu.west' } };
    const spec = { address: '1.1.1.1', labels: { 'istio-locality': 'us' } };
    expect(readWorkloadEntry(spec, [], metadata).endpoint.locality).toBe('eu/west');
    expect(readWorkloadEntry({ ...spec, locality: 'ap/1' }, [], metadata).endpoint.locality).toBe('ap/1');
  });

  it('leaves out single labels that are no strings', () => {
    const spec = { address: '1.1.1.1', labels: { app: 'x', version: 1 } };
    expect(readWorkloadEntry(spec, ['selector spec.labels["version"]']).labels).toEqual(new Map([['app', 'x']]));
  });

  it.each([
    ['no annotation', {}, {}, true],
    ['another value', { annotations: { 'proxy.istio.io/health-checks-enabled': 'false' } }, {}, true],
    ['no status', health, {}, false],
    ['no such condition', health, conditions({ type: 'Ready', status: 'True' }), false],
    ['Healthy=True', health, conditions({ type: 'Other' }, { type: 'Healthy', status: 'True' }), true],
    ['Healthy=False', health, conditions({ type: 'Healthy', status: 'False' }), false],
    ['Healthy=true', health, conditions({ type: 'Healthy', status: true }), false],
    ['unhealthy, but not checked', {}, conditions({ type: 'Healthy', status: 'False' }), true],
  ])('is healthy or not: %s', (_, metadata, rest, isHealthy) => {
    expect(readWorkloadEntry({ address: '1.1.1.1' }, [], metadata, rest).isHealthy).toBe(isHealthy);
  });

  it('keeps one that has only a network', () => {
    expect(readWorkloadEntry({ network: 'n' }).endpoint.address.kind).toBe('none');
  });

  it.each([
    [{}, ['endpoint spec.address']],
    [{ address: '0.0.0.0' }, ['endpoint spec.address']],
    [{ address: '*.x.com' }, ['endpoint spec.address']],
    [undefined, ['object spec']],
    [[], ['object spec']],
  ])('with spec %j is rejected', (spec, leftOut) => {
    const raw = { apiVersion: 'networking.istio.io/v1', kind: 'WorkloadEntry', metadata: { name: 'w' }, spec };
    expect(rejectionsOf(raw)).toEqual(leftOut);
  });
});
