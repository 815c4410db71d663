import { serviceEntry, type SemanticsCase } from '../case.ts';

/** Endpoints `10.0.0.1`, `10.0.0.2` … with these weights, and the weights that SRV gives them. */
function weightCase(name: string, set: readonly (number | undefined)[], given: readonly number[]): SemanticsCase {
  const endpoints = set.map((weight, i) => {
    return `{ address: 10.0.0.${i + 1}${weight === undefined ? '' : `, weight: ${weight}`} }`;
  });
  const label = (i: number): string => `10-0-0-${i + 1}.a.example.com.`;
  return {
    section: '6',
    name: `weight: ${name}`,
    objects: serviceEntry(
      'a',
      `hosts: [a.example.com], location: MESH_INTERNAL, resolution: STATIC, ports: [{ number: 80, name: http }],
       endpoints: [${endpoints.join(', ')}]`,
    ),
    queries: [
      {
        ask: '_http._tcp.a.example.com SRV',
        over: 'tcp',
        answer: given.map((weight, i) => `_http._tcp.a.example.com. 30 IN SRV 0 ${weight} 80 ${label(i)}`).join('\n'),
        additional: given.map((_, i) => `${label(i)} 30 IN A 10.0.0.${i + 1}`).join('\n'),
      },
    ],
  };
}

const none = (count: number): undefined[] => Array.from({ length: count }, () => undefined);
const times = (count: number, weight: number): number[] => Array.from({ length: count }, () => weight);

export const weights: readonly SemanticsCase[] = [
  weightCase('the endpoint’s', [3, 1], [3, 1]),
  weightCase('none set, one endpoint: 100', none(1), [100]),
  weightCase('none set: floor(100/n)', none(3), [33, 33, 33]),
  weightCase('none set: at least 1', none(101), times(101, 1)),
  weightCase('some set: unset counts 1', [5, undefined, 2], [5, 1, 2]),
  weightCase('0 is none', [0, 0], [50, 50]),
  weightCase('65535 is not scaled', [65_535, 1], [65_535, 1]),
  weightCase('above 65535 scaled down in proportion', [131_070, 65_536, 2], [65_535, 32_768, 1]),
  weightCase('scaled down to no less than 1', [4_294_967_295, 1], [65_535, 1]),
];
