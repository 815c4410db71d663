import { describe, expect, it } from 'vitest';
import { readPod, rejectionsOf } from './reading.ts';

const ready = { type: 'Ready', status: 'True' };

describe('a Pod', () => {
  it('is read', () => {
    const pod = readPod({
      metadata: { name: 'web-0', namespace: 'shop', labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', ports: [{ name: 'http', containerPort: 8080 }] }] },
      status: {
        phase: 'Running',
        conditions: [ready],
        podIP: '10.0.0.1',
        podIPs: [{ ip: '10.0.0.1' }, { ip: 'FD00::1' }],
      },
    });
    expect(pod).toEqual({
      kind: 'Pod',
      meta: { namespace: 'shop', name: 'web-0', created: undefined, origin: { text: 'test.yaml:1' } },
      labels: new Map([['app', 'web']]),
      ips: ['10.0.0.1', 'fd00::1'],
      isReady: true,
      hasEnded: false,
      isHostNetwork: false,
      ports: new Map([['http', 8080]]),
      isMeshed: false,
    });
  });

  it.each([
    ['Succeeded', true],
    ['Failed', true],
    ['Running', false],
    ['Pending', false],
  ])('in phase %s has ended: %s', (phase, expected) => {
    expect(readPod({ spec: {}, status: { phase } }).hasEnded).toBe(expected);
  });

  it.each([
    ['Ready', { status: { conditions: [ready] } }, true],
    ['no status', {}, false],
    ['not Ready', { status: { conditions: [{ type: 'Ready', status: 'False' }] } }, false],
    ['Succeeded', { status: { conditions: [ready], phase: 'Succeeded' } }, false],
    ['Failed', { status: { conditions: [ready], phase: 'Failed' } }, false],
    [
      'deleting',
      { metadata: { name: 'p', deletionTimestamp: '2026-01-01T00:00:00Z' }, status: { conditions: [ready] } },
      false,
    ],
    ['not deleting', { metadata: { name: 'p', deletionTimestamp: null }, status: { conditions: [ready] } }, true],
  ])('is ready or not: %s', (_, raw, isReady) => expect(readPod(raw).isReady).toBe(isReady));

  it.each([
    [{ podIP: '10.0.0.1' }, ['10.0.0.1'], []],
    [{ podIP: '10.0.0.1', podIPs: [] }, ['10.0.0.1'], []],
    [{ podIP: '' }, [], []],
    [{ podIP: 'x' }, [], ['address status.podIP']],
    [{ podIPs: [{ ip: 'x' }, { ip: '10.0.0.2' }, 3, { ip: '10.0.0.2' }] }, ['10.0.0.2'], [0, 2]],
  ])('with status %j has the addresses %j', (status, ips, leftOut) => {
    const expected = leftOut.map((i) => (typeof i === 'number' ? `address status.podIPs[${i}].ip` : i));
    expect(readPod({ status }, expected).ips).toEqual(ips);
  });

  it('has the named TCP and UDP ports of its containers and native sidecars', () => {
    const spec = {
      containers: [
        { ports: [{ name: 'dns', containerPort: 53, protocol: 'UDP' }, { containerPort: 1 }] },
        {
          ports: [
            { name: 'dns', containerPort: 54 },
            { name: 'assoc', containerPort: 5, protocol: 'SCTP' },
          ],
        },
        {},
      ],
      initContainers: [
        { ports: [{ name: 'gone', containerPort: 7 }] },
        { restartPolicy: 'Always', ports: [{ name: 'side', containerPort: 8, protocol: 'TCP' }] },
      ],
    };
    expect(Object.fromEntries(readPod({ spec }).ports)).toEqual({ dns: 53, side: 8 });
  });

  it('leaves out single bad ports and containers', () => {
    const ports = [
      { name: 'a', containerPort: 0 },
      { name: 'a_b', containerPort: 80 },
      7,
      { name: 'ok', containerPort: 9 },
    ];
    const leftOut = [0, 1, 2].map((i) => `port spec.containers[0].ports[${i}]`);
    const pod = readPod({ spec: { containers: [{ ports }, 'x'] } }, [...leftOut, 'object spec.containers[1]']);
    expect(Object.fromEntries(pod.ports)).toEqual({ ok: 9 });
  });

  it.each([
    [true, true, []],
    [false, false, []],
    [undefined, false, []],
    ['yes', true, ['field spec.hostNetwork']],
  ])('with hostNetwork %j: %s', (hostNetwork, expected, leftOut) => {
    expect(readPod({ spec: { hostNetwork } }, leftOut).isHostNetwork).toBe(expected);
  });

  it.each([
    [{ 'sidecar.istio.io/status': '{}' }, true],
    [{ 'sidecar.istio.io/status': '' }, true],
    [{ 'ambient.istio.io/redirection': 'enabled' }, true],
    [{ 'ambient.istio.io/redirection': 'disabled' }, false],
    [{ 'sidecar.istio.io/inject': 'true' }, false],
  ])('with annotations %j is meshed: %s', (annotations, isMeshed) => {
    expect(readPod({ metadata: { name: 'p', annotations } }).isMeshed).toBe(isMeshed);
  });

  it('without a spec is rejected', () => {
    expect(rejectionsOf({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } })).toEqual(['object spec']);
  });
});
