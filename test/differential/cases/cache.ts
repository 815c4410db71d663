import { RECURSION_AVAILABLE, RECURSION_DESIRED, TRUNCATED_RESPONSE } from 'dns-packet';
import { addressRecord, replyTo, type Behaviour, type UpstreamQuery } from '../../support/fake-upstream.ts';
import { block, type PluginCases } from '../case.ts';
import { exampleZone } from '../zones.ts';

const proper = RECURSION_AVAILABLE | RECURSION_DESIRED;

const twice = (...asks: string[]): string[] => asks.flatMap((ask) => [ask, ask]);

const odd: Behaviour = (query) => query.send(oddReply(query));

function oddReply(query: UpstreamQuery): Buffer {
  const { name } = query;
  const reply = (changes: Parameters<typeof replyTo>[1], rcode = 0): Buffer =>
    replyTo(query, { flags: proper, ...changes }, rcode);
  const soa = {
    type: 'SOA' as const,
    name: 'example',
    ttl: 600,
    data: { mname: 'ns.example', rname: 'x.example', serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 60 },
  };
  if (name.startsWith('nosoa.')) return reply({ answers: [] }, 3);
  if (name.startsWith('emptynosoa.')) return reply({ answers: [] });
  if (name.startsWith('nx.')) return reply({ answers: [], authorities: [soa] }, 3);
  if (name.startsWith('nodata.')) return reply({ answers: [], authorities: [soa] });
  if (name.startsWith('cut.') && query.transport === 'udp')
    return reply({ flags: proper | TRUNCATED_RESPONSE, answers: [] });
  if (name.startsWith('mixed.')) {
    return reply({
      answers: [
        { type: 'CNAME', name, ttl: 3600, data: 'target.example' },
        { ...addressRecord('target.example', '192.0.2.1'), ttl: 60 } as never,
      ],
    });
  }
  const code = Number(/^rcode(\d+)\./.exec(name)?.[1] ?? 0);
  if (code !== 0) return reply({ answers: [] }, code);
  const ttl = /^ttl(\d+)\./.exec(name)?.[1];
  if (ttl !== undefined)
    return reply({ answers: [{ ...addressRecord(name, '192.0.2.1'), ttl: Number(ttl) } as never] });
  return reply({});
}

export const cacheCases: PluginCases = {
  plugin: 'cache',
  groups: [
    {
      name: 'as it is',
      corefile: block('cache\nforward . %UPSTREAM\nlog\nerrors\nprometheus 127.0.0.1:%METRICS'),
      upstream: exampleZone,
      asks: [
        ...twice('www.example. A', 'www.example. AAAA', 'mail.example. MX', 'text.example. TXT', 'alias.example. A'),
        ...twice('nothere.example. A', 'one.example. AAAA', 'fail.example. A', 'refused.example. A', '. NS'),
        'WWW.EXAMPLE. A',
        'www.example. A +tcp',
        ...twice(
          'www.example. A +edns',
          'www.example. A +do',
          'www.example. A +cd',
          'www.example. A +nord',
          'www.example. A +ad',
        ),
        'nothere.example. AAAA',
        'sub.nothere.example. A',
        'NotHere.example. A',
      ],
    },
    {
      name: 'replies of all kinds',
      corefile: block('cache\nforward . %UPSTREAM\nerrors'),
      upstream: odd,
      asks: twice(
        'nosoa.example. A',
        'emptynosoa.example. A',
        'nx.example. A',
        'nodata.example. A',
        'cut.example. A',
        'mixed.example. A',
        'ttl0.example. A',
        'ttl1.example. A',
        'ttl4.example. A',
        'ttl5.example. A',
        'ttl3600.example. A',
        'ttl86400.example. A',
        ...[1, 2, 4, 5, 9].map((code) => `rcode${code}.example. A`),
      ),
    },
    {
      name: 'with a TTL',
      corefile: block('cache 30\nforward . %UPSTREAM'),
      upstream: odd,
      asks: twice('ttl3600.example. A', 'ttl10.example. A', 'nx.example. A', 'nodata.example. A', 'mixed.example. A'),
    },
    {
      name: 'success and denial',
      corefile: block('cache {\nsuccess 5000 120 20\ndenial 2500 30 10\n}\nforward . %UPSTREAM'),
      upstream: odd,
      asks: twice('ttl3600.example. A', 'ttl10.example. A', 'nx.example. A', 'nodata.example. A'),
    },
    {
      name: 'for zones only',
      corefile: block('cache 3600 one.example alias.example\nforward . %UPSTREAM'),
      upstream: exampleZone,
      asks: twice('one.example. A', 'www.example. A', 'alias.example. A', 'a.one.example. A'),
    },
    {
      name: 'disable success',
      corefile: block('cache {\ndisable success\n}\nforward . %UPSTREAM'),
      upstream: exampleZone,
      asks: twice('www.example. A', 'nothere.example. A'),
    },
    {
      name: 'disable denial in a zone',
      corefile: block('cache {\ndisable denial example\n}\nforward . %UPSTREAM'),
      upstream: exampleZone,
      asks: twice('www.example. A', 'nothere.example. A', 'nothere.test. A'),
    },
    {
      name: 'disable both for the zone of a cluster, as kubeadm has it',
      corefile: block(
        'cache 30 {\ndisable success cluster.local\ndisable denial cluster.local\n}\nforward . %UPSTREAM',
      ),
      upstream: exampleZone,
      asks: twice('db.cluster.local. A', 'no.cluster.local. A', 'www.example. A', 'no.example. A'),
    },
    {
      name: 'servfail 0',
      corefile: block('cache {\nservfail 0\n}\nforward . %UPSTREAM'),
      upstream: odd,
      asks: twice('rcode2.example. A', 'rcode4.example. A', 'ttl30.example. A'),
    },
    {
      name: 'keepttl',
      corefile: block('cache {\nkeepttl\n}\nforward . %UPSTREAM'),
      upstream: odd,
      asks: [
        'ttl300.example. A',
        { ask: 'ttl300.example. A', after: 1200 },
        { ask: 'nx.example. A' },
        { ask: 'nx.example. A' },
      ],
    },
    {
      name: 'TTLs that run',
      corefile: block('cache\nforward . %UPSTREAM'),
      upstream: odd,
      asks: [
        'ttl300.example. A',
        { ask: 'ttl300.example. A', after: 1500 },
        'nx.example. A',
        { ask: 'nx.example. A', after: 1500 },
      ],
    },
  ],
  starts: [
    ...[
      'cache',
      'cache 30',
      'cache 30 example.org',
      'cache example.org',
      'cache {\nsuccess 10\n}',
      'cache {\nsuccess 10 1800 30\ndenial 10 15 2\n}',
      'cache 60 {\nprefetch 10\n}',
      'cache {\nprefetch 10 1m 10%\n}',
      'cache {\nserve_stale\n}',
      'cache {\nserve_stale 20m\n}',
      'cache {\nserve_stale 1h verify\n}',
      'cache {\nserve_stale 1h immediate\n}',
      'cache {\nservfail 1m\n}',
      'cache {\ndisable success\n}',
      'cache {\ndisable denial example.org example.net\n}',
      'cache {\nkeepttl\n}',
      'cache {\nprefetch 0\n}',
      'cache {\nserve_stale 0s\n}',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'starts' as const,
    })),
    ...[
      'cache -1',
      'cache 0',
      'cache {\nsuccess\n}',
      'cache {\nsuccess many\n}',
      'cache {\nsuccess 10 -1\n}',
      'cache {\nprefetch\n}',
      'cache {\nprefetch 3 blurp\n}',
      'cache {\nprefetch 3 100s 7\n}',
      'cache {\nprefetch 3 1m 200%\n}',
      'cache {\nserve_stale 20\n}',
      'cache {\nserve_stale aa\n}',
      'cache {\nserve_stale 1m nonsense\n}',
      'cache {\nservfail\n}',
      'cache {\nservfail 10m\n}',
      'cache {\ndisable\n}',
      'cache {\ndisable everything\n}',
      'cache {\nkeepttl 5\n}',
      'cache {\nnonsense\n}',
      'cache\ncache',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'refuses' as const,
    })),
  ],
};
