import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serviceEntry } from '../../../semantics/case.ts';
import { decodeMessage } from '../../../support/dns-message.ts';
import { typeCode } from '../../../support/dns-rdata.ts';
import { FakeUpstream } from '../../../support/fake-upstream.ts';
import { makeQuery, replyBytes, type QueryOptions } from '../../../support/query.ts';
import { answerFromZone } from '../../../support/zone-upstream.ts';
import { inspect } from '../../../server/inspect/inspect.ts';
import { Harness, line } from '../harness.ts';

const soa = (zone: string): string => `${zone}. 300 IN SOA localhost. nobody.invalid. 1 3600 1200 604800 300`;

let upstream: FakeUpstream;
let harness: Harness;
beforeAll(async () => {
  upstream = await FakeUpstream.start(answerFromZone(''));
  harness = new Harness(line([upstream]));
});
afterAll(async () => {
  await harness.close();
  await upstream.stop();
});

function ask(name: string, type: string, options: QueryOptions = {}) {
  const query = makeQuery(name, typeCode(type), options);
  query.recursionAvailable = true;
  const outcome = harness.handler(query);
  // What is forwarded is a promise.
  expect(outcome).toBeTypeOf('number');
  return decodeMessage(replyBytes(query, outcome as number));
}

describe('what is answered here', () => {
  afterAll(() => expect(upstream.queries).toHaveLength(0));

  const names = ['localhost', 'LocalHost', 'api.localhost', 'a.b.c.LOCALHOST', 'localhost.localhost'];
  const found = names.flatMap((name) => [
    [name, 'A', [`${name}. 300 IN A 127.0.0.1`]] as const,
    [name, 'AAAA', [`${name}. 300 IN AAAA ::1`]] as const,
    [name, 'ANY', [`${name}. 300 IN A 127.0.0.1`, `${name}. 300 IN AAAA ::1`]] as const,
  ]);

  test.each([...found, ['localhost', 'SOA', [soa('localhost')]] as const])('%s %s', (name, type, records) => {
    for (const transport of ['udp', 'tcp'] as const) {
      const { rcode, flags, answer, authority } = ask(name, type, { transport, edns: transport === 'udp' });
      expect([rcode, flags, answer, authority]).toEqual(['NOERROR', 'qr aa rd ra', records, []]);
    }
  });

  const rows: [name: string, type: string, code: string, zone: string][] = [
    ...['MX', 'TXT', 'NS', 'DS', 'SRV', 'HTTPS'].flatMap((type): [string, string, string, string][] => [
      ['localhost', type, 'NOERROR', 'localhost'],
      ['api.LocalHost', type, 'NOERROR', 'localhost'],
    ]),
    ['api.localhost', 'SOA', 'NOERROR', 'localhost'],
    ...['invalid', 'onion'].flatMap((zone) =>
      ['A', 'AAAA', 'TXT', 'SOA', 'NS', 'ANY'].flatMap((type) =>
        [zone, zone.toUpperCase(), `x.${zone}`, `a.b.${zone}`].map((name): [string, string, string, string] => [
          name,
          type,
          'NXDOMAIN',
          zone,
        ]),
      ),
    ),
  ];
  test.each(rows)('%s %s: %s', (name, type, code, zone) => {
    for (const transport of ['udp', 'tcp'] as const) {
      const { rcode, flags, answer, authority } = ask(name, type, { transport });
      expect([rcode, flags, answer, authority.map((text) => text.toLowerCase())]).toEqual([
        code,
        'qr aa rd ra',
        [],
        [soa(zone).toLowerCase()],
      ]);
    }
  });

  test('transfers are refused', () => {
    for (const zone of ['localhost', 'invalid', 'onion']) expect(ask(zone, 'AXFR').rcode).toBe('REFUSED');
  });
});

describe('where they are forwarded', () => {
  /** Of these names, those that go upstream. */
  async function forwarded(names: readonly string[], ...lines: Parameters<typeof line>[1][]): Promise<string[]> {
    const own = new Harness(...lines.map((changes) => line([upstream], changes)));
    const sent = names.filter((name) => {
      const outcome = own.handler(makeQuery(name, 'A'));
      return typeof outcome !== 'number';
    });
    await own.close();
    return sent;
  }

  const special = ['localhost', 'a.localhost', 'invalid', 'a.invalid', 'onion', 'a.onion', 'b.a.onion'];

  test('names that only look like them', async () => {
    const names = [
      ...['local', 'printer.local', 'a.test', 'a.example', 'xlocalhost', 'localhosu', 'localhost.test', 'union'],
      ...['invalid.example', 'invalie', 'xonion', 'onion.example', 'localhost.localdomain', '.', 'c'],
      ...['a\\009localhost', 'a\\005onion'],
    ];
    expect(await forwarded(names, {})).toEqual(names);
  });

  test('all of them where special_names is off', async () => {
    expect(await forwarded(special, { specialNames: false })).toEqual(special);
  });

  test('each line has its own switch', async () => {
    const lines = [{ except: ['onion.'] }, { from: ['onion.', 'localhost.'], specialNames: false }];
    // The longest FROM takes a name.
    expect(await forwarded(special, ...lines)).toEqual(['localhost', 'a.localhost', 'onion', 'a.onion', 'b.a.onion']);
  });

  test.each<[from: string, sent: string[]]>([
    ['localhost.', ['localhost', 'a.localhost']],
    ['onion.', ['onion', 'a.onion', 'b.a.onion']],
    ['a.onion.', ['a.onion', 'b.a.onion']],
  ])('a line from %s forwards what it takes', async (from, sent) => {
    expect(await forwarded(special, { from: [from] }, {})).toEqual(sent);
    const { forwarded: shown } = await inspect({ block: `forward ${from} 192.0.2.99` }).explain({ name: sent[0]! });
    expect(shown).toHaveLength(1);
  });

  test('what a line excepts goes to the next plugin', async () => {
    const own = new Harness(line([upstream], { except: ['a.onion.'] }));
    const query = makeQuery('a.onion', 'A');
    expect(own.handler(query)).toBe(0);
    await own.close();
  });
});

describe('in a server block', () => {
  const explain = async (name: string, keys?: string, objects = '') => {
    const { forwarded, reply } = await inspect({
      objects,
      block: 'forward . 192.0.2.99',
      ...(keys === undefined ? {} : { keys }),
    }).explain({ name });
    return { forwarded: forwarded.map((each) => each.name), rcode: reply?.rcode, answer: reply?.answer };
  };

  test.each<[zones: string[], name: string, isForwarded: boolean]>([
    [['.'], 'a.onion', false],
    [['onion.'], 'a.onion', true],
    [['a.onion.'], 'a.onion', true],
    [['.', 'a.onion.'], 'b.a.onion', true],
    [['.', 'a.onion.'], 'b.onion', false],
    [['example.com.'], 'b.onion', false],
  ])('with the zones %j, %s', async (zones, name, isForwarded) => {
    const own = new Harness();
    expect(own.handlerIn(zones, line([upstream]))(makeQuery(name, 'A'))).toBeTypeOf(isForwarded ? 'object' : 'number');
    await own.close();
  });

  test('a ServiceEntry has its host; other names are answered here', async () => {
    const objects = serviceEntry(
      'a/x',
      'hosts: [api.localhost, shop.invalid], resolution: STATIC, endpoints: [{ address: 10.0.0.1 }]',
    );
    for (const name of ['api.localhost', 'shop.invalid']) {
      expect(await explain(name, '.', objects)).toEqual({
        forwarded: [],
        rcode: 'NOERROR',
        answer: [`${name}.\t30\tIN\tA\t10.0.0.1`],
      });
    }
    expect(await explain('other.localhost', '.', objects)).toMatchObject({
      rcode: 'NOERROR',
      answer: ['other.localhost.\t300\tIN\tA\t127.0.0.1'],
    });
    expect(await explain('other.invalid', '.', objects)).toEqual({ forwarded: [], rcode: 'NXDOMAIN', answer: [] });
  });

  test('what a ServiceEntry looks up elsewhere is not sent either', async () => {
    const objects = serviceEntry(
      'a/x',
      'hosts: [a.example.com], resolution: DNS, endpoints: [{ address: db.onion }, { address: 10.0.0.1 }]',
    );
    for (const keys of ['.', 'example.com']) {
      const { forwarded, answer } = await explain('a.example.com', keys, objects);
      expect([forwarded, answer]).toEqual([[], ['a.example.com.\t30\tIN\tA\t10.0.0.1']]);
    }
  });

  test('a host without endpoints whose name is special exists where it has an SRV', async () => {
    const ports = 'ports: [{ number: 443, name: https }]';
    const objects = serviceEntry('a/x', `hosts: [a.invalid], resolution: DNS, ${ports}`);
    expect(await explain('a.invalid', '.', objects)).toEqual({ forwarded: [], rcode: 'NOERROR', answer: [] });
  });
});
