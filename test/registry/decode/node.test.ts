import { describe, expect, it } from 'vitest';
import { readObject } from '../../../src/registry/decode/object.ts';

const region = 'topology.kubernetes.io/region';
const zone = 'topology.kubernetes.io/zone';
const subzone = 'topology.istio.io/subzone';

function read(metadata: object, status: unknown = {}) {
  const raw = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', ...metadata }, status };
  const result = readObject(raw, { text: 'test' });
  if (result.type !== 'object' || result.object.kind !== 'Node') throw new Error(JSON.stringify(result));
  return { ...result.object, rejections: result.rejections.map(({ field }) => field) };
}

describe('a Node', () => {
  it('is in no namespace', () => {
    expect(read({ namespace: 'shop' }).meta).toEqual({
      namespace: '',
      name: 'n1',
      created: undefined,
      origin: { text: 'test' },
    });
  });

  it.each([
    [{}, ''],
    [{ [region]: 'eu' }, 'eu'],
    [{ [region]: 'eu', [zone]: 'a' }, 'eu/a'],
    [{ [region]: 'eu', [zone]: 'a', [subzone]: '1' }, 'eu/a/1'],
    [{ [region]: 'eu', [subzone]: '1' }, 'eu'],
    [{ [zone]: 'a', [subzone]: '1' }, ''],
    [{ [region]: '', [zone]: 'a' }, ''],
  ])('with the labels %j is in %j', (labels, locality) => {
    expect(read({ labels }).locality).toBe(locality);
  });

  it('has its addresses inside of the cluster', () => {
    const addresses = [
      { type: 'Hostname', address: 'n1' },
      { type: 'InternalIP', address: '10.0.0.1' },
      { type: 'InternalIP', address: 'FD00::1' },
      { type: 'InternalIP', address: '10.0.0.1' },
      { type: 'InternalIP', address: 'n1' },
      { type: 'InternalIP' },
      { type: 'ExternalIP', address: '192.0.2.1' },
      null,
    ];
    expect(read({}, { addresses }).ips).toEqual(['10.0.0.1', 'fd00::1']);
  });

  it('of which something is no list or map is read without it', () => {
    expect(read({ labels: 'eu' }, { addresses: 'all' })).toMatchObject({
      locality: '',
      ips: [],
      rejections: ['metadata.labels', 'status.addresses'],
    });
  });
});
