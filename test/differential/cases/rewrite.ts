import { block, type Group, type PluginCases } from '../case.ts';
import { exampleZone } from '../zones.ts';

const zone = `${exampleZone}
a.internal. 60 IN A 192.0.2.50
b.internal. 60 IN CNAME a.internal.
c.internal. 60 IN CNAME b.internal.
mail.internal. 60 IN MX 10 mx.internal.
_sip.internal. 60 IN SRV 1 2 3 a.internal.
ns.internal. 60 IN NS a.internal.
5.2.0.192.in-addr.arpa. 60 IN PTR host.internal.
www.other. 60 IN A 198.51.100.3
cdn.example. 60 IN CNAME edge.old.
edge.old. 60 IN A 203.0.113.1
edge.new. 60 IN A 203.0.113.2
bad.internal. SERVFAIL
`;

function group(rule: string, asks: Group['asks'], name = rule): Group {
  return {
    name: name.replaceAll('\n', ' '),
    corefile: block(`${rule}\nforward . %UPSTREAM\nlog\nerrors`),
    upstream: zone,
    asks,
  };
}

export const rewriteCases: PluginCases = {
  plugin: 'rewrite',
  groups: [
    group('rewrite name a.public a.internal', [
      'a.public. A',
      'A.Public. A',
      'a.public. AAAA',
      'a.public. A +tcp',
      'a.public. A +edns',
      'b.public. A',
      'x.a.public. A',
    ]),
    group('rewrite name exact b.public b.internal', ['b.public. A', 'b.public. CNAME', 'b.public. TXT']),
    group('rewrite stop name exact bad.public bad.internal', ['bad.public. A', 'nothere.public. A']),
    group('rewrite name suffix .public .internal', [
      'a.public. A',
      'b.public. A',
      'nothere.public. A',
      'public. A',
      'bad.public. A',
    ]),
    group('rewrite name suffix .public .internal answer auto', [
      'a.public. A',
      'b.public. A',
      'c.public. A',
      'mail.public. MX',
      '_sip.public. SRV',
      'nothere.public. A',
      'a.public. AAAA',
      'A.PUBLIC. A',
    ]),
    group('rewrite name prefix old- new-', ['old-a.internal. A', 'x-old-a.internal. A']),
    group('rewrite name prefix x. "" answer auto', ['x.a.internal. A']),
    group('rewrite name substring public internal', ['a.public. A', 'public.public. A', 'a.xpublicx. A']),
    group('rewrite name substring public internal answer auto', ['a.public. A', 'b.public. A']),
    group('rewrite name regex (.*)\\.public\\.$ {1}.internal', ['a.public. A', 'b.public. A', 'nothere.public. A']),
    group('rewrite name regex (.*)\\.public {1}.internal answer auto', ['a.public. A', 'b.public. A']),
    group('rewrite stop {\nname regex (.*)\\.public\\.$ {1}.internal\nanswer name (.*)\\.internal\\.$ {1}.public\n}', [
      'a.public. A',
      'b.public. A',
      'c.public. A',
      'mail.public. MX',
      'nothere.public. A',
      'bad.public. A',
    ]),
    group(
      'rewrite stop {\nname regex (.*)\\.public\\.$ {1}.internal\nanswer name (.*)\\.internal\\.$ {1}.public\nanswer value (.*)\\.internal\\.$ {1}.public\n}',
      ['a.public. A', 'b.public. A', 'c.public. A', 'mail.public. MX', '_sip.public. SRV', 'ns.public. NS'],
    ),
    group(
      'rewrite stop {\nname suffix .arpa .arpa\nanswer name auto\nanswer value (.*)\\.internal\\.$ {1}.public.\n}',
      ['5.2.0.192.in-addr.arpa. PTR'],
    ),
    group('rewrite continue name a.public b.public\nrewrite name b.public a.internal', ['a.public. A', 'b.public. A']),
    group('rewrite stop name a.public a.internal\nrewrite name a.internal one.example', [
      'a.public. A',
      'a.internal. A',
    ]),
    group('rewrite type ANY HINFO', ['a.internal. ANY', 'a.internal. A']),
    group('rewrite type AAAA A', ['a.internal. AAAA', 'a.internal. A', 'a.internal. AAAA +edns']),
    group('rewrite class CH IN', ['a.internal. A +class=CH', 'a.internal. A']),
    group('rewrite ttl a.internal 15', ['a.internal. A', 'b.internal. A', 'one.example. A']),
    group('rewrite ttl suffix .internal 30-45', ['a.internal. A', 'b.internal. A', 'nothere.internal. A']),
    group('rewrite ttl regex .* -10', ['a.internal. A', 'short.example. A', 'nothere.internal. A']),
    group('rewrite ttl prefix long 100-', ['long.example. A', 'one.example. A']),
    group('rewrite ttl substring exam 7', ['one.example. A', 'a.internal. A']),
    group('rewrite rcode exact bad.internal SERVFAIL NXDOMAIN', [
      'bad.internal. A',
      'fail.example. A',
      'a.internal. A',
    ]),
    group('rewrite rcode regex .* NXDOMAIN NOERROR', ['nothere.internal. A', 'bad.internal. A', 'a.internal. A']),
    group('rewrite rcode suffix .internal 2 0', ['bad.internal. A']),
    group('rewrite cname exact edge.old. edge.new.', [
      'cdn.example. A',
      'alias.example. A',
      'edge.old. A',
      'cdn.example. CNAME',
    ]),
    group('rewrite cname suffix .old. .new.', ['cdn.example. A']),
    group('rewrite cname regex (.*)\\.old\\.$ {1}.new.', ['cdn.example. A']),
    {
      name: 'before other plugins',
      corefile: block(
        'rewrite name a.public a.test\nhosts {\n192.0.2.77 a.test\nfallthrough\n}\nforward . %UPSTREAM\nlog',
      ),
      upstream: zone,
      asks: ['a.public. A', 'a.test. A', 'a.public. AAAA', 'a.internal. A'],
    },
    {
      name: 'before cache',
      corefile: block('rewrite name suffix .public .internal answer auto\ncache\nforward . %UPSTREAM\nlog'),
      upstream: zone,
      asks: ['a.public. A', 'a.internal. A', 'a.public. A', 'nothere.public. A', 'nothere.internal. A'],
    },
    {
      name: 'a root label in between',
      corefile: block('rewrite name regex ^([a-z]+)\\.example\\.$ {1}.internal\nforward . %UPSTREAM\nerrors'),
      upstream: zone,
      asks: ['a.example. A', 'A.example. A', 'a.b.example. A'],
    },
  ],
  starts: [
    ...[
      'rewrite name a b',
      'rewrite stop name a b',
      'rewrite continue name a b',
      'rewrite name exact a.org b.org',
      'rewrite name prefix a b',
      'rewrite name suffix .a.org .b.org',
      'rewrite name substring a b',
      'rewrite name regex (a) {1}',
      'rewrite name regex (.*)-(us)\\.org {1}.{2}.net answer name (.*)\\.(us)\\.net {1}-{2}.org',
      'rewrite stop {\nname regex a b\nanswer name b a\n}',
      'rewrite type ANY HINFO',
      'rewrite class CH IN',
      'rewrite ttl a.org 30',
      'rewrite ttl a.org 30-',
      'rewrite ttl a.org -30',
      'rewrite ttl regex .* 30-60',
      'rewrite rcode a.org SERVFAIL NOERROR',
      'rewrite rcode regex .* 2 0',
      'rewrite cname exact a.org. b.org.',
      'rewrite cname exact a.org.',
      'rewrite edns0 nsid set',
      'rewrite edns0 local set 0xffee 0x61626364',
      'rewrite edns0 local append 0xffee abcd',
      'rewrite edns0 local replace 0xffee {qname}',
      'rewrite edns0 local unset 0xffee',
      'rewrite edns0 subnet set 24 56',
      'rewrite edns0 subnet unset',
      'rewrite edns0 local set 0xffee abcd revert',
      'rewrite continue {\nttl regex (.*)\\.coredns\\.rocks 15\n}',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'starts' as const,
    })),
    ...[
      'rewrite',
      'rewrite name',
      'rewrite name a',
      'rewrite stop',
      'rewrite nonsense a b',
      'rewrite name regex ( b',
      'rewrite type ANY',
      'rewrite type XX A',
      'rewrite class XX IN',
      'rewrite ttl a.org',
      'rewrite ttl a.org soon',
      'rewrite ttl a.org 60-30',
      'rewrite rcode a.org NONSENSE NOERROR',
      'rewrite rcode a.org 2',
      'rewrite edns0',
      'rewrite edns0 local',
      'rewrite edns0 local set',
      'rewrite edns0 local set nonsense abcd',
      'rewrite edns0 nonsense set',
      'rewrite edns0 subnet set 24',
      'rewrite edns0 subnet set 240 56',
      'rewrite name exact a b answer nonsense',
      'rewrite name exact a b answer name c',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'refuses' as const,
    })),
  ],
};
