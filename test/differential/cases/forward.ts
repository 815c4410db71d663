import {
  TRUNCATED_RESPONSE,
  AUTHENTIC_DATA,
  AUTHORITATIVE_ANSWER,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
} from 'dns-packet';
import {
  addressRecord,
  answer,
  replyTo,
  silence,
  type Behaviour,
  type UpstreamQuery,
} from '../../support/fake-upstream.ts';
import { block, type PluginCases } from '../case.ts';
import { exampleZone, manyAddresses, otherZone } from '../zones.ts';

const proper = RECURSION_AVAILABLE | RECURSION_DESIRED;

/** Names say what the upstream does wrong. */
const odd: Behaviour = (query) => query.send(oddReply(query));

function oddReply(query: UpstreamQuery): Buffer {
  const { name, id } = query;
  const reply = (changes: Parameters<typeof replyTo>[1], rcode = 0): Buffer =>
    replyTo(query, { flags: proper, ...changes }, rcode);
  if (name.startsWith('otherid.')) return reply({ id: id ^ 1 });
  if (name.startsWith('othername.')) {
    return reply({
      questions: [{ type: 'A', name: 'else.example' }],
      answers: [addressRecord('else.example', '192.0.2.66')],
    });
  }
  if (name.startsWith('othertype.')) return reply({ questions: [{ type: 'AAAA', name }] });
  if (name.startsWith('noquestion.')) return reply({ questions: [] });
  if (name.startsWith('cut.'))
    return query.transport === 'udp' ? reply({ flags: proper | TRUNCATED_RESPONSE, answers: [] }) : reply({});
  if (name.startsWith('ad.')) return reply({ flags: proper | AUTHENTIC_DATA });
  if (name.startsWith('aa.')) return reply({ flags: proper | AUTHORITATIVE_ANSWER });
  if (name.startsWith('nora.')) return reply({ flags: RECURSION_DESIRED });
  if (name.startsWith('nord.')) return reply({ flags: RECURSION_AVAILABLE });
  const code = Number(/^rcode(\d+)\./.exec(name)?.[1] ?? 0);
  if (code !== 0) return reply({ answers: [] }, code);
  if (name.startsWith('empty.')) return reply({ answers: [] });
  if (name.startsWith('lower.')) return reply({ answers: [addressRecord(name.toLowerCase(), '192.0.2.1')] });
  return reply({});
}

const types = ['A', 'AAAA', 'TXT', 'MX', 'SRV', 'PTR', 'NS', 'SOA', 'CAA', 'HTTPS', 'TYPE65280'];

export const forwardCases: PluginCases = {
  plugin: 'forward',
  groups: [
    {
      name: 'one upstream',
      corefile: block('forward . %UPSTREAM\nlog\nerrors\nprometheus 127.0.0.1:%METRICS'),
      upstream: exampleZone,
      asks: [
        ...types.map((type) => `www.example. ${type}`),
        'WWW.Example. A',
        'www.example. A +tcp',
        'www.example. A +edns',
        'www.example. A +do',
        'www.example. A +cd',
        'www.example. A +ad',
        'www.example. A +nord',
        'alias.example. A',
        'alias.example. CNAME',
        'chain.example. AAAA',
        'mail.example. MX',
        '_http._tcp.example. SRV',
        'text.example. TXT',
        '1.2.0.192.in-addr.arpa. PTR',
        'nothere.example. A',
        'nothere.example. A +edns',
        'deep.example. A',
        'fail.example. A',
        'refused.example. A',
        '. A',
      ],
    },
    {
      name: 'what may not be forwarded',
      corefile: block('forward . %UPSTREAM'),
      upstream: exampleZone,
      asks: [
        'version.bind. TXT +class=CH',
        'www.example. A +class=HS',
        'www.example. ANY',
        'www.example. A +opcode=4',
        'www.example. A +opcode=2',
        'www.example. A +opcode=5',
        'www.example. AXFR +tcp',
        'www.example. AXFR',
        'www.example. IXFR',
        'www.onion. A',
        'resolver.arpa. A',
      ],
    },
    {
      name: 'an upstream with oddities',
      corefile: block('forward . %UPSTREAM {\nread_timeout 300ms\n}\nerrors'),
      upstream: odd,
      asks: [
        'othername.example. A',
        'othertype.example. A',
        'noquestion.example. A',
        'cut.example. A',
        'cut.example. A +tcp',
        'cut.example. A +edns',
        'ad.example. A',
        'ad.example. A +ad',
        'ad.example. A +do',
        'aa.example. A',
        'nora.example. A',
        'nord.example. A',
        'empty.example. A',
        'LOWER.example. A',
        ...[1, 2, 3, 4, 5, 6, 9, 10].map((code) => `rcode${code}.example. A`),
        'rcode3.example. A +edns',
        'rcode5.example. A +tcp',
      ],
    },
    {
      name: 'what upstreams get',
      detailed: true,
      corefile: block('forward . %UPSTREAM'),
      upstream: exampleZone,
      asks: [
        'www.example. A',
        'www.example. A +edns',
        'www.example. A +edns=4096',
        'www.example. A +do',
        'www.example. A +cd',
        'www.example. A +ad',
        'www.example. A +nord',
        'www.example. A +option=8:0001180bc0000200',
        'www.example. A +option=10:0011223344556677',
        'www.example. A +option=65001:cafe',
        'www.example. A +tcp',
      ],
    },
    {
      name: 'connections',
      detailed: true,
      corefile: block('forward . %UPSTREAM\nprometheus 127.0.0.1:%METRICS'),
      upstream: exampleZone,
      asks: ['www.example. A', 'one.example. A', 'www.example. A +tcp', 'one.example. A +tcp'],
    },
    {
      name: 'force_tcp',
      corefile: block('forward . %UPSTREAM {\nforce_tcp\n}'),
      upstream: odd,
      asks: [
        'www.example. A',
        'www.example. A +tcp',
        'cut.example. A',
        'cut.example. A +tcp',
        'www.example. AAAA +edns',
      ],
    },
    {
      name: 'prefer_udp',
      corefile: block('forward . %UPSTREAM {\nprefer_udp\n}'),
      upstream: odd,
      asks: ['www.example. A', 'www.example. A +tcp', 'cut.example. A', 'cut.example. A +tcp', 'cut.example. A +edns'],
    },
    {
      name: 'large replies',
      corefile: block('forward . %UPSTREAM'),
      upstream: manyAddresses,
      asks: [
        'n28.example. A',
        'n29.example. A',
        'n40.example. A',
        'n40.example. A +edns',
        'n70.example. A +edns',
        'n500.example. A +tcp',
      ],
    },
    {
      name: 'except',
      corefile: block('forward . %UPSTREAM {\nexcept wild.example www.example cluster.local\n}\nlog\nerrors\nwhoami'),
      mask: [[/SRV 0 0 \d+ \.$/g, 'SRV 0 0 P .']],
      upstream: exampleZone,
      asks: [
        'one.example. A',
        'www.example. A',
        'a.www.example. A',
        'xwww.example. A',
        'db.cluster.local. A',
        'WWW.EXAMPLE. A',
        'local. A',
      ],
    },
    {
      name: 'lines for several zones, the longest first',
      corefile: block('forward cluster.local %UPSTREAM\nforward example %UPSTREAM2\nforward . %UPSTREAM'),
      upstream: exampleZone,
      upstream2: otherZone,
      asks: [
        'db.cluster.local. A',
        'www.example. A',
        'other.example. A',
        'example. A',
        'one.example. A',
        'www.other. A',
        '. A',
        'cluster.local. A',
      ],
    },
    {
      name: 'lines for several zones, the shortest first',
      corefile: block('forward . %UPSTREAM\nforward example %UPSTREAM2'),
      upstream: exampleZone,
      upstream2: otherZone,
      asks: ['www.example. A', 'www.other. A'],
    },
    {
      name: 'not for this zone',
      corefile: block('forward example %UPSTREAM\nlog\nerrors'),
      upstream: exampleZone,
      asks: ['www.example. A', 'www.other. A', '. A'],
    },
    {
      name: 'policy sequential',
      corefile: block('forward . %UPSTREAM %UPSTREAM2 {\npolicy sequential\n}\nprometheus 127.0.0.1:%METRICS'),
      upstream: exampleZone,
      upstream2: otherZone,
      asks: [
        'www.example. A',
        'www.example. A',
        'one.example. A',
        'nothere.example. A',
        'www.example. A +tcp',
        'refused.example. A',
        'fail.example. A',
      ],
    },
    {
      name: 'policy round_robin',
      corefile: block('forward . %UPSTREAM %UPSTREAM2 {\npolicy round_robin\n}'),
      upstream: answer({ flags: proper }),
      upstream2: answer({ flags: proper }),
      asks: Array.from({ length: 6 }, (_, i) => ({
        ask: `n${i}.example. A`,
        mask: [[/^upstream 2 /g, 'upstream ']] as const,
      })),
    },
    {
      name: 'failover',
      corefile: block('forward . %UPSTREAM %UPSTREAM2 {\npolicy sequential\nfailover SERVFAIL REFUSED\n}\nerrors'),
      upstream: exampleZone,
      upstream2: otherZone,
      asks: ['fail.example. A', 'refused.example. A', 'www.example. A', 'nothere.example. A'],
    },
    {
      name: 'failover of NXDOMAIN',
      corefile: block('forward . %UPSTREAM %UPSTREAM2 {\npolicy sequential\nfailover NXDOMAIN\n}'),
      upstream: exampleZone,
      upstream2: otherZone,
      asks: ['other.example. A', 'www.other. A', 'www.example. A', 'nobody.example. A'],
    },
    {
      name: 'next',
      corefile: block('forward . %UPSTREAM {\nnext NXDOMAIN SERVFAIL\n}\nforward . %UPSTREAM2'),
      upstream: exampleZone,
      upstream2: otherZone,
      asks: ['other.example. A', 'fail.example. A', 'www.example. A', 'nobody.example. A', 'refused.example. A'],
    },
    {
      name: 'next_on_nodata',
      corefile: block('forward . %UPSTREAM {\nnext_on_nodata\n}\nforward . %UPSTREAM2'),
      upstream: exampleZone,
      upstream2: `${otherZone}\none.example. 60 IN AAAA 2001:db8::3`,
      asks: ['one.example. AAAA', 'one.example. A', 'one.example. TXT'],
    },
    {
      name: 'a silent upstream',
      corefile: block(
        'forward . %UPSTREAM %UPSTREAM2 {\npolicy sequential\nread_timeout 500ms\nmax_connect_attempts 2\n}\nlog\nerrors',
      ),
      upstream: silence,
      upstream2: exampleZone,
      asks: [{ ask: 'www.example. A', only: ['rcode', 'answer'] }],
    },
    {
      name: 'silent upstreams only',
      corefile: block('forward . %UPSTREAM {\nread_timeout 100ms\nmax_connect_attempts 2\n}\nlog\nerrors'),
      upstream: silence,
      asks: [{ ask: 'www.example. A', only: ['rcode', 'answer', 'flags'] }],
    },
    {
      name: 'nobody there',
      corefile: block('forward . 127.0.0.1:1\nlog\nerrors'),
      asks: ['www.example. A', 'www.example. A +tcp', 'www.example. A +edns'],
    },
  ],
  starts: [
    ...[
      'forward . 10.0.0.1',
      'forward . 10.0.0.1:5353',
      'forward . [2003::1]:53',
      'forward . 2003::1',
      'forward . dns://10.0.0.1',
      'forward . 10.0.0.1 10.0.0.2 10.0.0.3',
      'forward example.org 10.0.0.1',
      'forward 10.9.3.0/18 10.0.0.1',
      'forward . tls://9.9.9.9',
      'forward . tls://9.9.9.9%dns.quad9.net',
      'forward . tls://9.9.9.9 {\ntls_servername dns.quad9.net\n}',
      'forward . https://9.9.9.9',
      'forward . 10.0.0.1 {\nexcept miek.nl\n}',
      'forward . 10.0.0.1 {\nmax_fails 3\n}',
      'forward . 10.0.0.1 {\nforce_tcp\n}',
      'forward . 10.0.0.1 {\nprefer_udp\n}',
      'forward . 10.0.0.1 {\nforce_tcp\nprefer_udp\n}',
      'forward . 10.0.0.1 {\nexpire 20s\n}',
      'forward . 10.0.0.1 {\nmax_age 20s\n}',
      'forward . 10.0.0.1 {\nmax_idle_conns 5\n}',
      'forward . 10.0.0.1 {\nhealth_check 5s\n}',
      'forward . 10.0.0.1 {\nhealth_check 0.5s no_rec domain example.org\n}',
      'forward . 10.0.0.1 {\nmax_concurrent 1000\n}',
      'forward . 10.0.0.1 {\nmax_connect_attempts 3\n}',
      'forward . 10.0.0.1 {\npolicy random\n}',
      'forward . 10.0.0.1 {\nnext NXDOMAIN\n}',
      'forward . 10.0.0.1 {\nfailover SERVFAIL\n}',
      'forward . 10.0.0.1 {\nfailfast_all_unhealthy_upstreams\n}',
      'forward . 10.0.0.1 {\nread_timeout 3s\n}',
      'forward . 10.0.0.1 {\nsource_address 127.0.0.1\n}',
      'forward . 10.0.0.1\nforward . 10.0.0.2',
      'forward . 1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6 1.1.1.7 1.1.1.8 1.1.1.9 1.1.1.10 1.1.1.11 1.1.1.12 1.1.1.13 1.1.1.14 1.1.1.15',
    ].map((line) => ({ name: line.replaceAll('\n', ' '), corefile: block(line), coreDns: 'starts' as const })),
    ...[
      'forward',
      'forward .',
      'forward . 10.0.0.1 {\nnonsense\n}',
      'forward . 10.0.0.1 {\nexcept\n}',
      'forward . 10.0.0.1 {\nmax_fails -1\n}',
      'forward . 10.0.0.1 {\nmax_fails many\n}',
      'forward . 10.0.0.1 {\nexpire soon\n}',
      'forward . 10.0.0.1 {\nexpire -1s\n}',
      'forward . 10.0.0.1 {\nhealth_check\n}',
      'forward . 10.0.0.1 {\nhealth_check 5\n}',
      'forward . 10.0.0.1 {\nhealth_check 5s nonsense\n}',
      'forward . 10.0.0.1 {\npolicy nonsense\n}',
      'forward . 10.0.0.1 {\nmax_concurrent many\n}',
      'forward . 10.0.0.1 {\nnext NONSENSE\n}',
      'forward . 10.0.0.1 {\nfailover NOERROR\n}',
      'forward . 10.0.0.1 {\nforce_tcp yes\n}',
      'forward . a27.0.0.1.1.1:70000',
      'forward . unix:///tmp/x',
      'forward . %DIR/nothere.conf',
      'forward . 1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6 1.1.1.7 1.1.1.8 1.1.1.9 1.1.1.10 1.1.1.11 1.1.1.12 1.1.1.13 1.1.1.14 1.1.1.15 1.1.1.16',
    ].map((line) => ({ name: line.replaceAll('\n', ' '), corefile: block(line), coreDns: 'refuses' as const })),
  ],
};
