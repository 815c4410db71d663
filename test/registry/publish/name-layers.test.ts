/**
 * Names with several layers. What only clients without a Sidecar see must not hide from the others what is below it,
 * whatever comes first.
 */
import { describe, expect, test } from 'vitest';
import type { RegistryObject, Sidecar } from '../../../src/registry/model/object.ts';
import { decodeMessage } from '../../support/dns-message.ts';
import { endpoint, RegistryHarness, serviceEntry, workloadEntry } from '../harness.ts';

const limited = '192.168.1.1';
const unlimited = '192.168.2.1';
const clients = {
  rules: [{ cidr: { address: '192.168.1.0', prefixLength: 24, family: 4 as const }, namespace: 'one' }],
};
const sidecar: Sidecar = {
  kind: 'Sidecar',
  meta: { namespace: 'one', name: 'nothing', created: undefined, origin: { text: 'test' } },
  selector: undefined,
  egressHosts: [],
};
const reverse = '1.0.0.10.in-addr.arpa';
const pointed = serviceEntry('pointed', { hosts: ['a.example.com'], vips: ['10.0.0.1'] });
const onReverse = serviceEntry('on', { hosts: [reverse], vips: ['10.9.9.9'] });
const belowReverse = serviceEntry('below', { hosts: [`x.${reverse}`], vips: ['10.9.9.9'] });
const below = serviceEntry('below', { hosts: ['x.10-0-0-1.a.example.com'], vips: ['10.9.9.9'] });
const withEndpoint = serviceEntry('with', {
  hosts: ['a.example.com'],
  resolution: 'STATIC',
  endpoints: [endpoint('10.0.0.1')],
});
const endpointName = '10-0-0-1.a.example.com';

function statusOf(name: string, objects: readonly RegistryObject[]): string[] {
  const harness = new RegistryHarness({ sidecars: true }, clients);
  for (const object of objects) harness.upsert(object);
  return [limited, unlimited].map((client) => {
    const { rcode, flags } = decodeMessage(harness.askBytes(name, 'TXT', client));
    return `${rcode}${flags.includes('aa') ? ' aa' : ''}`;
  });
}

test.each<[string, string, RegistryObject[], string[]]>([
  ['a host at a reverse name', reverse, [pointed, sidecar, onReverse], ['NXDOMAIN', 'NOERROR aa']],
  ['a host below a reverse name', reverse, [pointed, sidecar, belowReverse], ['NOERROR aa', 'NOERROR aa']],
  ['a host below an endpoint name', endpointName, [withEndpoint, sidecar, below], ['NOERROR aa', 'NOERROR aa']],
])('%s: the order in which the objects come makes no difference', (_, name, objects, expected) => {
  const [first, second, third] = objects as [RegistryObject, RegistryObject, RegistryObject];
  const orders = [
    [first, second, third],
    [first, third, second],
    [second, first, third],
    [second, third, first],
    [third, first, second],
    [third, second, first],
  ];
  expect(orders.map((order) => statusOf(name, order))).toEqual(orders.map(() => expected));
});

test('a reverse name that has hosts below it is an empty non-terminal when its PTR records go', () => {
  const harness = new RegistryHarness();
  const seen: string[] = [];
  const look = (): void => {
    const { answer, rcode } = harness.ask(reverse, 'PTR');
    seen.push(answer.length > 0 ? 'PTR' : rcode);
  };
  for (const step of [
    () => harness.upsert(belowReverse),
    () => harness.upsert(pointed),
    () => harness.delete(pointed),
    () => harness.delete(belowReverse),
  ]) {
    step();
    look();
  }
  expect(seen).toEqual(['NOERROR', 'PTR', 'NOERROR', 'NXDOMAIN']);
});

describe('a name of which several sides have something', () => {
  const layers: { readonly answer: string; readonly objects: readonly RegistryObject[] }[] = [
    { answer: 'A 10.1.1.1', objects: [serviceEntry('host', { hosts: [reverse], vips: ['10.1.1.1'] })] },
    {
      answer: 'A 10.2.2.2',
      objects: [
        workloadEntry('1', '10.2.2.2', { app: 'above' }),
        serviceEntry('above', { hosts: ['0.0.10.in-addr.arpa'], selector: new Map([['app', 'above']]) }),
      ],
    },
    { answer: 'PTR a.example.com.', objects: [pointed] },
    { answer: 'NOERROR', objects: [belowReverse] },
  ];

  function answerOf(harness: RegistryHarness): string {
    for (const type of ['A', 'PTR'] as const) {
      const [record] = harness.ask(reverse, type).answer;
      if (record !== undefined) return record.split(' ').slice(-2).join(' ');
    }
    return harness.ask(reverse, 'A').rcode;
  }

  test.each(ordersOf([0, 1, 2, 3]).map((order) => ({ order })))('$order: the first layer counts', ({ order }) => {
    const harness = new RegistryHarness();
    const present = new Set<number>();
    const check = (): void => {
      const first = layers.findIndex((_, i) => present.has(i));
      expect(answerOf(harness)).toBe(first < 0 ? 'NXDOMAIN' : layers[first]!.answer);
    };
    for (const i of order) {
      harness.upsert(...layers[i]!.objects);
      present.add(i);
      check();
    }
    for (const i of order) {
      for (const object of layers[i]!.objects) harness.delete(object);
      present.delete(i);
      check();
    }
  });
});

function ordersOf(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) => ordersOf(items.filter((each) => each !== item)).map((rest) => [item, ...rest]));
}
