import { serviceEntry, type SemanticsCase } from '../case.ts';

const endpoints = [
  ['10.0.0.1', 'eu/a/1'],
  ['10.0.0.2', 'eu/a/2'],
  ['10.0.0.3', 'eu/b'],
  ['10.0.0.4', 'eu'],
  ['10.0.0.5', 'us/a/1'],
  ['10.0.0.6', ''],
  ['one.test', 'eu/a'],
] as const;

/** The priorities that SRV gives the endpoints above under an option `locality`. */
function localityCase(
  locality: string,
  priorities: readonly number[],
  options = `locality ${locality}`,
): SemanticsCase {
  const label = (address: string): string =>
    address === 'one.test' ? 'one.test.' : `${address.replaceAll('.', '-')}.a.example.com.`;
  const list = endpoints.map(([address, where]) => `{ address: ${address}, locality: '${where}', weight: 7 }`);
  return {
    section: '6',
    name: `priorities from locality: ${options === '' ? 'not used' : options.replaceAll('\n', ', ')}`,
    options,
    objects: serviceEntry(
      'a',
      `hosts: [a.example.com], location: MESH_INTERNAL, resolution: DNS, ports: [{ number: 80, name: http }],
       endpoints: [${list.join(', ')}]`,
    ),
    queries: [
      {
        ask: '_http._tcp.a.example.com SRV',
        over: 'tcp',
        answer: endpoints
          .map(([address], i) => `_http._tcp.a.example.com. 30 IN SRV ${priorities[i]} 7 80 ${label(address)}`)
          .join('\n'),
        additional: endpoints
          .filter(([address]) => address !== 'one.test')
          .map(([address]) => `${label(address)} 30 IN A ${address}`)
          .join('\n'),
      },
    ],
  };
}

export const section06Locality: readonly SemanticsCase[] = [
  localityCase('', [0, 0, 0, 0, 0, 0, 0], ''),
  localityCase('eu/a', [0, 0, 1, 1, 2, 2, 0]),
  localityCase('eu/a/1', [0, 0, 1, 1, 2, 2, 0]),
  localityCase('eu', [0, 0, 0, 0, 2, 2, 0]),
  localityCase('', [0, 0, 1, 1, 2, 2, 0], 'client_locality 127.0.0.0/8 eu/a/1'),
  localityCase('', [2, 2, 2, 2, 0, 2, 2], 'client_locality 127.0.0.0/8 us\nlocality eu/a'),
  localityCase('', [0, 0, 1, 1, 2, 2, 0], 'client_locality 10.0.0.0/8 us\nlocality eu/a\nnearest only'),
  localityCase('', [0, 0, 0, 0, 0, 0, 0], 'client_locality 10.0.0.0/8 us'),
];
