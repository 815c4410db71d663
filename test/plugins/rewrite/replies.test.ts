import { describe, expect, it } from 'vitest';
import { serviceEntry } from '../../semantics/case.ts';
import { InProcess, readObjects } from '../../semantics/in-process.ts';
import { decodeMessage } from '../../support/dns-message.ts';
import { makeQuery, replyBytes } from '../../support/query.ts';
import { answering, ask, hasFlag, rewriting, type Zone } from './harness.ts';

const soa = 'consul. 60 IN SOA ns.consul. admin.consul. 1 2 3 4 60';

describe('names in all sections are put back', () => {
  const chain: Zone = {
    answer: 'web.consul. 60 IN CNAME lb.consul.\nlb.consul. 60 IN A 192.0.2.1',
    authority: 'consul. 60 IN NS ns.consul.',
    additional: 'ns.consul. 60 IN A 192.0.2.53',
  };
  const services: Zone = {
    answer: '_http._tcp.web.consul. 60 IN SRV 0 1 80 a.web.consul.\n_http._tcp.web.consul. 60 IN SRV 0 1 80 b.other.',
    additional: 'a.web.consul. 60 IN A 192.0.2.1\nb.other. 60 IN A 192.0.2.2',
  };

  it.each<
    [
      what: string,
      rule: string,
      name: string,
      zone: Zone,
      expected: Partial<Record<'answer' | 'authority' | 'additional', string[]>>,
    ]
  >([
    [
      'suffix auto',
      'name suffix .rocks .consul answer auto',
      'web.rocks.',
      chain,
      {
        answer: ['web.rocks. 60 IN CNAME lb.rocks.', 'lb.rocks. 60 IN A 192.0.2.1'],
        // `.consul.` is no end of `consul.`.
        authority: ['consul. 60 IN NS ns.rocks.'],
        additional: ['ns.rocks. 60 IN A 192.0.2.53'],
      },
    ],
    [
      'exact, with what is below',
      'name web.rocks web.consul',
      'web.rocks.',
      { answer: 'web.consul. 60 IN MX 10 in.web.consul.', additional: 'in.web.consul. 60 IN A 192.0.2.1' },
      { answer: ['web.rocks. 60 IN MX 10 in.web.rocks.'], additional: ['in.web.rocks. 60 IN A 192.0.2.1'] },
    ],
    [
      'a chain stays whole where owner names alone are changed',
      'name regex (.*)\\.rocks\\. {1}.consul. answer name (.*)\\.consul\\. {1}.rocks.',
      'web.rocks.',
      chain,
      { answer: ['web.rocks. 60 IN CNAME lb.rocks.', 'lb.rocks. 60 IN A 192.0.2.1'] },
    ],
    [
      'a chain stays whole where what records hold is changed',
      'name regex (.*)\\.rocks\\. {1}.consul. answer name ^web\\.consul\\. web.rocks. answer value (.*)\\.consul\\. {1}.works.',
      'web.rocks.',
      chain,
      {
        answer: ['web.rocks. 60 IN CNAME lb.works.', 'lb.works. 60 IN A 192.0.2.1'],
        authority: ['consul. 60 IN NS ns.works.'],
        additional: ['ns.works. 60 IN A 192.0.2.53'],
      },
    ],
    [
      'servers and their addresses',
      'name suffix .web.rocks .web.consul answer auto',
      '_http._tcp.web.rocks.',
      services,
      {
        answer: [
          '_http._tcp.web.rocks. 60 IN SRV 0 1 80 a.web.rocks.',
          '_http._tcp.web.rocks. 60 IN SRV 0 1 80 b.other.',
        ],
        additional: ['a.web.rocks. 60 IN A 192.0.2.1', 'b.other. 60 IN A 192.0.2.2'],
      },
    ],
    [
      'servers and their addresses where values are changed',
      'name suffix .web.rocks .web.consul answer value (.*)\\.web\\.consul {1}.rocks',
      '_http._tcp.web.rocks.',
      services,
      {
        answer: [
          '_http._tcp.web.consul. 60 IN SRV 0 1 80 a.rocks.',
          '_http._tcp.web.consul. 60 IN SRV 0 1 80 b.other.',
        ],
        additional: ['a.rocks. 60 IN A 192.0.2.1', 'b.other. 60 IN A 192.0.2.2'],
      },
    ],
    [
      'what was asked for goes by the rules alone',
      'name regex (.*)\\.rocks\\. {1}.consul. answer name (.*)\\.consul\\. {1}.rocks. answer value (.*)\\.consul\\. {1}.works.',
      'web.rocks.',
      { answer: 'web.consul. 60 IN MX 1 web.consul.' },
      { answer: ['web.rocks. 60 IN MX 1 web.works.'] },
    ],
    [
      'a negative answer',
      'name suffix .rocks .consul answer auto',
      'web.rocks.',
      { code: 3, authority: soa },
      { answer: [], authority: ['consul. 60 IN SOA ns.rocks. admin.consul. 1 2 3 4 60'] },
    ],
    [
      'a pointer of an address',
      'name suffix .arpa .arpa answer value (.*)\\.consul\\. {1}.rocks.',
      '1.2.0.192.in-addr.arpa.',
      { answer: 'QNAME 60 IN PTR web.consul.' },
      { answer: ['1.2.0.192.in-addr.arpa. 60 IN PTR web.rocks.'] },
    ],
    [
      'in the case in which upstream spells them',
      'name exact web.rocks web.consul',
      'WEB.rocks.',
      { answer: 'Web.Consul. 60 IN CNAME X.Web.consul.\nX.web.Consul. 60 IN A 192.0.2.1' },
      { answer: ['WEB.rocks. 60 IN CNAME x.web.rocks.', 'x.web.rocks. 60 IN A 192.0.2.1'] },
    ],
    [
      'what would be no name stays',
      'name suffix .rocks .consul answer value (.*)\\.consul\\. {1}..rocks.',
      'web.rocks.',
      { answer: 'QNAME 60 IN CNAME a.consul.' },
      { answer: ['web.consul. 60 IN CNAME a.consul.'] },
    ],
    [
      'the last rule first',
      'continue name exact a.rocks b.rocks\nrewrite name suffix .rocks .consul answer auto',
      'a.rocks.',
      { answer: 'QNAME 60 IN CNAME x.consul.' },
      { answer: ['a.rocks. 60 IN CNAME x.rocks.'] },
    ],
  ])('%s', async (_, rule, name, zone, expected) => {
    for (const isLate of [false, true]) {
      const { reply } = await ask(`rewrite ${rule}`, name, 'ANY', { zoneOf: () => zone, isLate });
      expect(reply).toMatchObject({ questions: [`${name} IN ANY`], ...expected });
    }
  });
});

describe('the rest of the reply is that of the next plugin', () => {
  it.each(['udp', 'tcp'] as const)('which is cut where it does not fit, over %s', async (transport) => {
    const records = Array.from({ length: 60 }, (_, i) => `QNAME 60 IN A 192.0.2.${i}`).join('\n');
    for (const rule of ['name exact a.test b.test', 'name prefix a b']) {
      const { reply } = await ask(`rewrite ${rule}`, 'a.test.', 'A', {
        zoneOf: () => ({ answer: records }),
        transport,
        isLate: true,
      });
      expect(reply.flags.includes('tc')).toBe(transport === 'udp');
      if (transport === 'tcp') expect(reply.answer).toHaveLength(60);
      else expect(reply.size).toBeLessThanOrEqual(512);
    }
  });

  it('with an OPT record where the client has one', async () => {
    for (const rule of ['name exact a.test b.test', 'name prefix a b', 'ttl a.test 5']) {
      const edns = { dnssecOk: true };
      const { reply } = await ask(`rewrite ${rule}`, 'a.test.', 'A', { edns });
      expect(reply.opt).toMatchObject({ dnssecOk: true, options: 0 });
      expect((await ask(`rewrite ${rule}`, 'a.test.')).reply.opt).toBeUndefined();
    }
  });

  it('and no reply stays none', async () => {
    for (const rule of ['name exact a.test b.test', 'ttl a.test 5', 'rcode a.test 0 2', 'cname a.test b.test']) {
      const query = makeQuery('a.test', 'A');
      query.out = query.bytes;
      const before = query.bytes.slice();
      expect(await rewriting(`rewrite ${rule}`, () => 0)(query)).toBe(0);
      expect(query.bytes).toEqual(before);
    }
  });
});

describe('TTLs and codes', () => {
  const zone: Zone = {
    answer: 'a.test. 10 IN A 192.0.2.1\na.test. 100 IN A 192.0.2.2\na.test. 1000 IN A 192.0.2.3',
    authority: 'test. 5 IN NS ns.test.',
    additional: 'ns.test. 4000 IN A 192.0.2.53',
  };
  const ttls = ({
    answer,
    authority,
    additional,
  }: Record<'answer' | 'authority' | 'additional', readonly string[]>): number[] =>
    [...answer, ...authority, ...additional].map((line) => Number(line.split(' ')[1]));

  it.each([
    ['ttl a.test 30', [30, 30, 30, 30, 30]],
    ['ttl a.test 30-300', [30, 100, 300, 30, 300]],
    ['ttl a.test 30-', [30, 100, 1000, 30, 4000]],
    ['ttl a.test -30', [10, 30, 30, 5, 30]],
    ['ttl prefix a 7', [7, 7, 7, 7, 7]],
    ['ttl suffix test 7', [7, 7, 7, 7, 7]],
    ['ttl substring . 7', [7, 7, 7, 7, 7]],
    ['ttl regex ^a 7', [7, 7, 7, 7, 7]],
    ['ttl b.test 7', [10, 100, 1000, 5, 4000]],
    // The last rule comes first.
    ['continue ttl a.test 50-\nrewrite ttl a.test -20', [50, 50, 50, 50, 50]],
    ['continue name exact a.test b.test\nrewrite ttl b.test 7', [7, 7, 7, 7, 7]],
  ])('%s', async (rule, expected) => {
    const { reply } = await ask(`rewrite ${rule}`, 'a.test.', 'A', { zoneOf: () => zone, edns: { dnssecOk: true } });
    expect(ttls(reply)).toEqual(expected);
    expect(reply.opt).toMatchObject({ version: 0, dnssecOk: true });
  });

  it.each([
    ['rcode a.test SERVFAIL NXDOMAIN', 2, 'NXDOMAIN'],
    ['rcode a.test SERVFAIL NXDOMAIN', 5, 'REFUSED'],
    ['rcode b.test SERVFAIL NXDOMAIN', 2, 'SERVFAIL'],
    ['rcode suffix .test 3 0', 3, 'NOERROR'],
    ['continue rcode a.test 2 3\nrewrite rcode a.test 5 2', 5, 'NXDOMAIN'],
    // One after the other, not around and around.
    ['continue rcode a.test 2 5\nrewrite rcode a.test 5 2', 5, 'REFUSED'],
    ['continue name exact a.test b.test\nrewrite rcode b.test 2 3', 2, 'NXDOMAIN'],
    ['rcode a.test 2 23', 2, 'RCODE23'],
    ['continue name exact a.test b.test\nrewrite rcode b.test 2 23', 2, 'RCODE23'],
  ])('%s', async (rule, code, expected) => {
    const records = { answer: 'a.test. 5 IN A 192.0.2.1\na.test. 5 IN A 192.0.2.2' };
    for (const zone of [{ code }, { code, ...records }]) {
      const { reply } = await ask(`rewrite ${rule}`, 'a.test.', 'A', { zoneOf: () => zone, edns: true });
      expect(reply.rcode).toBe(expected);
    }
  });

  it('SERVFAIL for a code that a client without EDNS cannot be told', async () => {
    for (const lines of [
      'rewrite rcode a.test 3 23',
      'rewrite continue name exact a.test b.test\nrewrite rcode b.test 3 23',
    ]) {
      const { reply } = await ask(lines, 'a.test.', 'A', { zoneOf: () => ({ code: 3 }) });
      expect(reply.rcode).toBe('SERVFAIL');
    }
  });
});

it('RD is the client’s, unless a plugin behind has another', async () => {
  for (const rd of [true, false]) {
    const { query } = await ask('rewrite name a.test b.test', 'a.test.', 'A', { rd });
    expect(hasFlag(query, 'RD')).toBe(rd);
  }
});

describe('aliases that lead elsewhere', () => {
  const zones: Readonly<Record<string, Zone>> = {
    'app.test.': {
      answer:
        'app.test. 200 IN CNAME app.example.\napp.example. 200 IN CNAME app.cdn.example.\napp.cdn.example. 300 IN A 192.0.2.1',
      authority: 'example. 60 IN NS ns.example.',
    },
    'app.other.example.': { answer: 'app.other.example. 100 IN A 192.0.2.9' },
    'gone.test.': { answer: 'gone.test. 200 IN CNAME gone.cdn.example.\ngone.cdn.example. 300 IN A 192.0.2.1' },
    'loop.test.': { answer: 'loop.test. 60 IN CNAME a.test.' },
  };
  const zoneOf = (name: string): Zone =>
    zones[name] ?? { code: 3, authority: 'example. 60 IN SOA ns.example. h.example. 1 2 3 4 5' };

  it.each([
    'cname regex (.*)\\.CDN\\.example {1}.other.example',
    'cname suffix .cdn.example. .other.example.',
    'cname substring .cdn. .other.',
    'cname exact app.cdn.example app.other.example',
    'cname app.cdn.example. app.other.example.',
    'cname prefix app.cdn. app.other.',
    'cname regex (\\S+)\\.cdn\\.example\\. {1}.other.example.',
  ])('%s', async (rule) => {
    for (const isLate of [false, true]) {
      const { reply, asked } = await ask(`rewrite ${rule}`, 'App.test.', 'A', { zoneOf, isLate });
      expect(asked).toEqual(['app.test. 1', 'app.other.example. 1']);
      expect(reply).toMatchObject({
        rcode: 'NOERROR',
        questions: ['App.test. IN A'],
        answer: [
          'App.test. 200 IN CNAME app.example.',
          'app.example. 200 IN CNAME app.other.example.',
          'app.other.example. 100 IN A 192.0.2.9',
        ],
        authority: [],
      });
    }
  });

  it('say so where the target does not exist', async () => {
    const { reply } = await ask('rewrite cname suffix .cdn.example. .other.example.', 'gone.test.', 'A', { zoneOf });
    expect(reply).toMatchObject({ rcode: 'NXDOMAIN', answer: ['gone.test. 200 IN CNAME gone.other.example.'] });
    expect(reply.authority).toHaveLength(1);
  });

  it('are not followed for who asks for them', async () => {
    const { reply, asked } = await ask('rewrite cname a.test b.test', 'loop.test.', 'CNAME', { zoneOf });
    expect(asked).toHaveLength(1);
    expect(reply.answer).toEqual(['loop.test. 60 IN CNAME b.test.']);
  });

  it('end where they lead back', async () => {
    const { reply, asked } = await ask('rewrite cname a.test loop.test', 'loop.test.', 'A', { zoneOf });
    expect(asked).toHaveLength(1);
    expect(reply.answer).toEqual(['loop.test. 60 IN CNAME a.test.']);
  });

  it.each([false, true])('end after nine targets, late: %s', async (isLate) => {
    const endless = (): Zone => ({ answer: 'QNAME 60 IN CNAME QNAME' });
    const lines = 'rewrite cname regex ^(.*)\\.test\\.$ x.{1}.test';
    const { reply, asked } = await ask(lines, 'a.test.', 'A', { zoneOf: endless, isLate });
    expect(asked).toHaveLength(10);
    expect(reply.answer).toHaveLength(10);
  });

  it('are asked of the server block that has the name of their target', async () => {
    const other = new InProcess(
      { section: '', name: '', block: 'rewrite name elsewhere.test web.mesh', queries: [] },
      undefined,
    );
    other.fill(readObjects(serviceEntry('a', 'hosts: [web.mesh], addresses: [10.0.0.1]')).objects);
    const query = makeQuery('app.test', 'A');
    query.resolve = (asked) => {
      const message = asked.bytes.slice(asked.start, asked.end);
      asked.hold();
      return other.ask(message, 'udp').then((reply) => {
        asked.out = reply;
        return reply.length;
      });
    };
    const lines = 'rewrite cname exact app.cdn.example elsewhere.test';
    const length = await rewriting(lines, answering(zoneOf))(query);
    expect(decodeMessage(replyBytes(query, length)).answer.at(-1)).toBe('elsewhere.test. 30 IN A 10.0.0.1');
    await other.close();
  });

  it('leave others alone', async () => {
    const { reply, asked } = await ask('rewrite cname nobody.example b.test', 'app.test.', 'A', { zoneOf });
    expect(asked).toHaveLength(1);
    expect(reply.answer).toHaveLength(3);
  });

  it('beside a rule for names', async () => {
    const lines = 'rewrite continue name exact my.test app.test\nrewrite cname suffix .cdn.example. .other.example.';
    const { reply, asked } = await ask(lines, 'my.test.', 'A', { zoneOf });
    expect(asked).toEqual(['app.test. 1', 'app.other.example. 1']);
    expect(reply.answer[0]).toBe('my.test. 200 IN CNAME app.example.');
    expect(reply.answer.at(-1)).toBe('app.other.example. 100 IN A 192.0.2.9');
  });
});
