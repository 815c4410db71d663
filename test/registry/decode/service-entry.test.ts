import { describe, expect, it } from 'vitest';
import { readServiceEntry, rejectionsOf, serviceEntry } from './reading.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('spec', () => {
  it('has the defaults of the schema', () => {
    expect(readServiceEntry({})).toEqual({
      kind: 'ServiceEntry',
      meta: { namespace: 'default', name: 'x', created: undefined, origin: { text: 'test.yaml:1' } },
      hosts: ['a.example.com'],
      vips: [],
      hasAddresses: false,
      ports: [],
      location: 'MESH_EXTERNAL',
      resolution: 'NONE',
      endpoints: [],
      selector: undefined,
      exportTo: [],
      autoAddresses: new Map(),
      allowsAutoAddresses: true,
      ttl: undefined,
    });
  });

  it.each(['NONE', 'STATIC', 'DNS', 'DNS_ROUND_ROBIN', 'DYNAMIC_DNS'])('takes resolution %s', (resolution) => {
    expect(readServiceEntry({ resolution }).resolution).toBe(resolution);
  });

  it('takes the default for a resolution and a location that it does not know', () => {
    const entry = readServiceEntry({ resolution: 'static', location: 7 }, [
      'field spec.resolution',
      'field spec.location',
    ]);
    expect(entry).toMatchObject({ resolution: 'NONE', location: 'MESH_EXTERNAL' });
  });

  it.each([[undefined], [null], ['text'], [[]], [3]])('is rejected when it is %j', (spec) => {
    expect(rejectionsOf(serviceEntry(spec))).toEqual(['object spec']);
  });
});

describe('spec.hosts', () => {
  it('normalises, drops duplicates and leaves out single bad hosts', () => {
    const hosts = ['A.Example.com.', 'a.example.com', 'bad_host', 7, '*.b.com', '*', '*x.com'];
    const leftOut = ['host spec.hosts[2]', 'host spec.hosts[3]', 'host spec.hosts[5]', 'unused spec.hosts[6]'];
    expect(readServiceEntry({ hosts }, leftOut).hosts).toEqual(['a.example.com', '*.b.com', '*x.com']);
  });

  it.each([
    [['1.2.3.4'], ['host spec.hosts[0]', 'host spec.hosts']],
    [[], ['host spec.hosts']],
    [undefined, ['host spec.hosts']],
    ['a.com', ['object spec.hosts', 'host spec.hosts']],
  ])('%j leaves no host: rejected', (hosts, leftOut) => {
    expect(rejectionsOf(serviceEntry({ hosts }))).toEqual(leftOut);
  });

  it('takes at most 256', () => {
    const hosts = numbers(257).map((i) => `h${i}.com`);
    expect(readServiceEntry({ hosts }, ['host spec.hosts']).hosts).toEqual(hosts.slice(0, 256));
  });
});

describe('spec.addresses', () => {
  it.each([
    [['1.2.3.4', '2001:DB8::1'], ['1.2.3.4', '2001:db8::1'], []],
    [['2.2.2.2', '1.1.1.1', '2.2.2.2'], ['2.2.2.2', '1.1.1.1'], []],
    [['1.2.3.4/32', '::1/128', '::ffff:1.2.3.4/128'], ['1.2.3.4', '::1'], []],
    [['10.0.0.0/8', '2001:db8::/32', '0.0.0.0/0'], [], []],
    [['0.0.0.0', '1.2.3.4', '::'], ['1.2.3.4'], ['address spec.addresses[0]', 'address spec.addresses[2]']],
    [['0.0.0.0/32'], [], ['address spec.addresses[0]']],
    [['nonsense', 5, null], [], [0, 1, 2].map((i) => `address spec.addresses[${i}]`)],
    [['10.0.0.0/33'], [], ['address spec.addresses[0]']],
    ['1.2.3.4', [], ['object spec.addresses']],
  ])('%j gives %j', (addresses, vips, leftOut) => {
    expect(readServiceEntry({ addresses }, leftOut)).toMatchObject({ vips, hasAddresses: true });
  });

  it.each([[[]], [null], [undefined]])('%j is none', (addresses) => {
    expect(readServiceEntry({ addresses })).toMatchObject({ vips: [], hasAddresses: false });
  });

  it('takes at most 256', () => {
    const addresses = numbers(300).map((i) => `10.0.${i >> 8}.${i & 255}`);
    expect(readServiceEntry({ addresses }, ['address spec.addresses']).vips).toEqual(addresses.slice(0, 256));
  });
});

describe('spec.ports', () => {
  it.each([
    [
      { number: 80, name: 'HTTP', protocol: 'http' },
      { name: 'http', number: 80, isUdp: false, targetPort: undefined },
    ],
    [
      { number: '53', name: 'dns', protocol: 'udp' },
      { name: 'dns', number: 53, isUdp: true, targetPort: undefined },
    ],
    [
      { number: 1, name: 'a', targetPort: 65535 },
      { name: 'a', number: 1, isUdp: false, targetPort: 65535 },
    ],
    [
      { number: 1, name: 'a', targetPort: 0 },
      { name: 'a', number: 1, isUdp: false, targetPort: undefined },
    ],
    [
      { number: 1, name: 'a', protocol: 'GRPC-Web' },
      { name: 'a', number: 1, isUdp: false, targetPort: undefined },
    ],
  ])('%j', (port, expected) => expect(readServiceEntry({ ports: [port] }).ports).toEqual([expected]));

  it.each([
    [{ name: 'a' }, '.number'],
    [{ number: 0, name: 'a' }, '.number'],
    [{ number: 65536, name: 'a' }, '.number'],
    [{ number: 80.5, name: 'a' }, '.number'],
    [{ number: '8o', name: 'a' }, '.number'],
    [{ number: 80 }, '.name'],
    [{ number: 80, name: 'a_b' }, '.name'],
    [80, ''],
  ])('%j is left out', (port, field) => {
    const good = { number: 443, name: 'https' };
    const { ports } = readServiceEntry({ ports: [port, good] }, [`port spec.ports[0]${field}`]);
    expect(ports.map(({ name }) => name)).toEqual(['https']);
  });

  it.each([70000, 'http', -1, 1.5, true, {}])('a targetPort of %j is left out, and the port stays', (targetPort) => {
    const ports = [{ number: 80, name: 'a', targetPort }];
    const expected = [{ name: 'a', number: 80, isUdp: false, targetPort: undefined }];
    expect(readServiceEntry({ ports }, ['port spec.ports[0].targetPort']).ports).toEqual(expected);
  });

  it('counts a protocol that is not known as TCP', () => {
    const ports = [{ number: 80, name: 'a', protocol: 'QUIC' }];
    expect(readServiceEntry({ ports }, ['field spec.ports[0].protocol']).ports).toMatchObject([{ isUdp: false }]);
  });

  it('keeps the first of two ports with one name', () => {
    const ports = [
      { number: 80, name: 'a' },
      { number: 81, name: 'A' },
    ];
    expect(readServiceEntry({ ports }, ['port spec.ports[1].name']).ports).toMatchObject([{ number: 80 }]);
  });

  it('takes at most 256', () => {
    const ports = numbers(257).map((i) => ({ number: i + 1, name: `p${i}` }));
    expect(readServiceEntry({ ports }, ['port spec.ports']).ports).toHaveLength(256);
  });
});

describe('spec.endpoints', () => {
  const read = (endpoint: unknown, leftOut: string[] = []) =>
    readServiceEntry({ resolution: 'STATIC', ports, endpoints: [endpoint] }, leftOut).endpoints[0];
  const ports = ['http', 'https'].map((name, i) => ({ number: i + 1, name }));

  it('reads an endpoint with all its fields', () => {
    const endpoint = {
      address: '2001:DB8::1',
      ports: { HTTP: 8080, https: '8443' },
      locality: 'eu/west/1',
      weight: '7',
      labels: { a: 'b' },
    };
    expect(read(endpoint)).toEqual({
      address: { kind: 'ip', ip: '2001:db8::1' },
      ports: new Map([
        ['http', 8080],
        ['https', 8443],
      ]),
      locality: 'eu/west/1',
      weight: 7,
    });
  });

  it.each([
    [{ labels: { 'istio-locality': 'eu.west.1' } }, 'eu/west/1'],
    [{ labels: { 'istio-locality': 'eu/west.1/2' } }, 'eu/west.1/2'],
    [{ labels: { 'istio-locality': 'us', 'topology.istio.io/locality': 'eu.west' } }, 'eu/west'],
    [{ labels: { 'istio-locality': 'us', 'topology.istio.io/locality': '' } }, 'us'],
    [{ locality: '', labels: { 'istio-locality': 'us' } }, 'us'],
    [{ locality: 'eu/west/1', labels: { 'istio-locality': 'us' } }, 'eu/west/1'],
  ])('takes the locality from the labels where no field says it: %j', (part, locality) => {
    expect(read({ address: '1.1.1.1', ...part })).toMatchObject({ locality });
  });

  it.each([
    [{ address: '::ffff:1.2.3.4' }, { kind: 'ip', ip: '1.2.3.4' }],
    [{ address: 'B.Example.com.' }, { kind: 'host', host: 'b.example.com' }],
    [{ address: 'unix:///var/run/x.sock' }, { kind: 'none', reason: 'a unix socket' }],
    [{ address: 'unix://@abstract' }, { kind: 'none', reason: 'a unix socket' }],
    [{ network: 'n' }, { kind: 'none', reason: 'a network without an address' }],
    [
      { address: '', network: 'n' },
      { kind: 'none', reason: 'a network without an address' },
    ],
  ])('%j', (endpoint, address) => {
    const leftOut = address.kind === 'host' ? ['unused spec.endpoints[0].address'] : [];
    expect(read(endpoint, leftOut)).toMatchObject({ address, locality: '', weight: undefined });
  });

  it.each([
    [{}, '.address'],
    [{ address: '' }, '.address'],
    [{ address: '', network: '' }, '.address'],
    [{ address: '0.0.0.0' }, '.address'],
    [{ address: '::' }, '.address'],
    [{ address: '10.0.0.256' }, '.address'],
    [{ address: '*.example.com' }, '.address'],
    [{ address: 'x*.example.com' }, '.address'],
    [{ address: 'a_b.com' }, '.address'],
    [{ address: 7 }, '.address'],
    [{ address: 'a'.repeat(300) }, '.address'],
    ['1.2.3.4', ''],
    [null, ''],
  ])('%j is left out', (endpoint, field) => {
    const spec = { resolution: 'STATIC', endpoints: [endpoint, { address: '1.1.1.1' }] };
    const { endpoints } = readServiceEntry(spec, [`endpoint spec.endpoints[0]${field}`]);
    expect(endpoints).toMatchObject([{ address: { ip: '1.1.1.1' } }]);
  });

  it('leaves one endpoint without address where all were left out, as those without endpoints mean another thing', () => {
    expect(read({}, ['endpoint spec.endpoints[0].address'])).toMatchObject({ address: { kind: 'none' } });
  });

  it.each([
    [{ ports: { http: 0 } }, ['port spec.endpoints[0].ports["http"]']],
    [{ ports: { a_b: 80 } }, ['port spec.endpoints[0].ports["a_b"]']],
    [{ ports: [] }, ['object spec.endpoints[0].ports']],
    [{ weight: -1 }, ['field spec.endpoints[0].weight']],
    [{ weight: 4294967296 }, ['field spec.endpoints[0].weight']],
    [{ locality: 3 }, ['object spec.endpoints[0].locality']],
    [{ labels: { 'istio-locality': 3 } }, ['selector spec.endpoints[0].labels["istio-locality"]']],
  ])('leaves out a part of an endpoint alone: %j', (part, leftOut) => {
    const plain = { address: { kind: 'ip', ip: '1.1.1.1' }, ports: new Map(), locality: '', weight: undefined };
    expect(read({ address: '1.1.1.1', ...part }, leftOut)).toEqual(plain);
  });

  it('reads weight 0 as none, for protocol buffers do not tell them apart', () => {
    expect(read({ address: '1.1.1.1', weight: 0 })).toMatchObject({ weight: undefined });
    expect(read({ address: '1.1.1.1', weight: 4294967295 })).toMatchObject({ weight: 4294967295 });
  });

  it('takes at most 256 ports of an endpoint and 4096 endpoints', () => {
    const spec = { resolution: 'STATIC', ports: numbers(256).map((i) => ({ number: i + 1, name: `p${i}` })) };
    const endpoint = { address: '1.1.1.1', ports: Object.fromEntries(numbers(257).map((i) => [`p${i}`, i + 1])) };
    const full = readServiceEntry({ ...spec, endpoints: [endpoint] }, ['port spec.endpoints[0].ports']);
    expect(full.endpoints[0]?.ports.size).toBe(256);
    const endpoints = numbers(4097).map((i) => ({ address: `10.0.${i >> 8}.${(i & 255) + 0}` }));
    const entry = readServiceEntry({ resolution: 'STATIC', endpoints }, ['endpoint spec.endpoints']);
    expect(entry.endpoints).toHaveLength(4096);
  });

  it('keeps the first usable one under DNS_ROUND_ROBIN', () => {
    const endpoints = [{ address: 'b_ad' }, { address: 'a.com' }, { address: 'b.com' }];
    const leftOut = ['endpoint spec.endpoints[0].address', 'endpoint spec.endpoints[2]'];
    const entry = readServiceEntry({ resolution: 'DNS_ROUND_ROBIN', endpoints }, leftOut);
    expect(entry.endpoints).toMatchObject([{ address: { host: 'a.com' } }]);
  });

  it('leaves them out under NONE, and serves the rest', () => {
    const spec = { addresses: ['10.17.8.10/32'], endpoints: [{ address: '1.1.1.1' }] };
    const entry = readServiceEntry(spec, ['conflict spec.endpoints']);
    expect(entry).toMatchObject({ vips: ['10.17.8.10'], endpoints: [{ address: { kind: 'none' } }] });
    expect(readServiceEntry({ ...spec, addresses: [] }, ['conflict spec.endpoints']).hosts).toEqual(['a.example.com']);
  });

  it('rejects the object that has a selector beside them, unless it has addresses', () => {
    const both = { resolution: 'STATIC', endpoints: [{ address: '1.1.1.1' }], workloadSelector: {} };
    const leftOut = ['conflict spec.workloadSelector'];
    expect(rejectionsOf(serviceEntry({ hosts: ['a.com'], ...both }))).toEqual(leftOut);
    const withoutThem = { selector: undefined, endpoints: [{ address: { kind: 'none' } }] };
    expect(readServiceEntry({ ...both, addresses: ['10.0.0.1'] }, leftOut)).toMatchObject(withoutThem);
    const status = { addresses: [{ value: '240.240.0.1', host: 'a.example.com' }] };
    expect(readServiceEntry(both, leftOut, {}, { status })).toMatchObject(withoutThem);
  });

  it('takes an empty list as none', () => {
    expect(readServiceEntry({ endpoints: [], workloadSelector: {} }).endpoints).toEqual([]);
  });
});

describe('spec.workloadSelector', () => {
  it.each([
    [{ labels: { app: 'x', version: 'v1' } }, { app: 'x', version: 'v1' }],
    [{ labels: {} }, {}],
    [{ labels: null }, {}],
    [{}, {}],
  ])('%j', (workloadSelector, labels) => {
    expect(readServiceEntry({ workloadSelector }).selector).toEqual(new Map(Object.entries(labels)));
  });

  it.each([
    ['app', ''],
    [['app'], ''],
    [{ labels: 'app' }, '.labels'],
    [{ labels: { app: 1 } }, '.labels["app"]'],
    [{ labels: { app: null } }, '.labels["app"]'],
    [{ labels: { version: 'v1', app: {} } }, '.labels["app"]'],
    [{ matchLabels: { app: 'x' } }, ''],
    [{ labels: Object.fromEntries(numbers(257).map((i) => [`l${i}`, 'x'])) }, '.labels'],
  ])('%j is not understood, so it selects nothing rather than too much', (workloadSelector, field) => {
    const stray = 'matchLabels' in Object(workloadSelector) ? ['unknown spec.workloadSelector.matchLabels'] : [];
    const entry = readServiceEntry({ workloadSelector }, [...stray, `selector spec.workloadSelector${field}`]);
    expect(entry).toMatchObject({ selector: undefined, endpoints: [{ address: { kind: 'none' } }] });
  });
});

describe('spec.exportTo', () => {
  it.each([
    [['*'], ['*'], []],
    [['.', 'other', '~'], ['.', 'other', '~'], []],
    [[], [], []],
    [null, [], []],
    [['good', 'Bad', 'b_d', 5], ['good'], [1, 2, 3].map((i) => `field spec.exportTo[${i}]`)],
    [['**'], ['~'], ['field spec.exportTo[0]']],
    ['.', ['~'], ['field spec.exportTo']],
    [{}, ['~'], ['field spec.exportTo']],
  ])('%j gives %j', (exportTo, expected, leftOut) => {
    expect(readServiceEntry({ exportTo }, leftOut).exportTo).toEqual(expected);
  });
});

describe('automatic addresses', () => {
  it('reads status.addresses by host', () => {
    const addresses = [
      { value: '240.240.0.1', host: 'A.example.com' },
      { value: '2001:2::1', host: 'a.example.com' },
      { value: '2001:2:0::1', host: 'a.example.com' },
      { value: '240.240.0.2' },
      { value: '240.240.0.3', host: '' },
      { value: 'bad', host: 'a.example.com' },
      { value: '0.0.0.0', host: 'a.example.com' },
      { value: '240.240.0.4', host: 'b_d' },
      { value: '240.240.0.5', host: '*.b.com' },
      'nonsense',
    ];
    const leftOut = [
      'address status.addresses[5].value',
      'address status.addresses[6].value',
      'host status.addresses[7].host',
      'address status.addresses[9]',
    ];
    expect(readServiceEntry({}, leftOut, {}, { status: { addresses } }).autoAddresses).toEqual(
      new Map([
        ['a.example.com', ['240.240.0.1', '2001:2::1']],
        ['*.b.com', ['240.240.0.5']],
      ]),
    );
  });

  it.each([
    ['nonsense', ['object status']],
    [{ addresses: {} }, ['object status.addresses']],
    [null, []],
    [{}, []],
  ])('finds none in status %j', (status, leftOut) => {
    expect(readServiceEntry({}, leftOut, {}, { status }).autoAddresses.size).toBe(0);
  });

  it.each([
    ['false', false],
    ['FALSE', false],
    [false, false],
    ['true', true],
    ['', true],
    ['no', true],
  ])('the label %j: %s', (value, expected) => {
    const labels = { 'networking.istio.io/enable-autoallocate-ip': value };
    expect(readServiceEntry({}, [], { labels }).allowsAutoAddresses).toBe(expected);
  });
});

describe('the annotation serviceentry-dns/ttl', () => {
  it.each([
    ['0', 0],
    ['60', 60],
    [60, 60],
    ['2147483647', 2147483647],
    ['1m30s', 90],
    ['1500ms', 1],
  ])('%j is %d seconds', (value, ttl) => {
    expect(readServiceEntry({}, [], { annotations: { 'serviceentry-dns/ttl': value } }).ttl).toBe(ttl);
  });

  it.each(['2147483648', '-1', '-5s', 'soon', '', '1 m', 1.5, {}, '9'.repeat(50), '1000000h'])(
    '%j is not known',
    (value) => {
      const leftOut = ['field metadata.annotations[serviceentry-dns/ttl]'];
      expect(readServiceEntry({}, leftOut, { annotations: { 'serviceentry-dns/ttl': value } }).ttl).toBeUndefined();
    },
  );
});
