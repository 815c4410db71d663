import { block, type PluginCases } from '../case.ts';
import { exampleZone } from '../zones.ts';

const asks = [
  'www.example. A',
  'www.example. AAAA',
  'www.example. TXT',
  'a.blocked.example. A',
  'www.example. A +from=127.0.0.2',
  'www.example. TXT +from=127.0.0.2',
  'www.example. A +tcp',
  'www.example. A +tcp +from=127.0.0.2',
  'www.example. A +edns +from=127.0.0.2',
  'www.example. A +do +from=127.0.0.2',
  'WWW.example. ANY +from=127.0.0.2',
];

function group(name: string, lines: string, more: readonly string[] = []) {
  return {
    name,
    corefile: block(`${lines}\nforward . %UPSTREAM\nlog\nerrors\nprometheus 127.0.0.1:%METRICS`),
    upstream: exampleZone,
    asks: [...asks, ...more],
  };
}

const drops = (list: readonly string[]): string[] =>
  list.map((ask) => (ask.includes('127.0.0.2') && !ask.includes('+tcp') ? `${ask} +silence` : ask));

export const aclCases: PluginCases = {
  plugin: 'acl',
  groups: [
    group('block a network', 'acl {\nblock net 127.0.0.2/32\n}'),
    group('block a type', 'acl {\nblock type TXT\n}'),
    group('block a type of a network', 'acl {\nblock type A TXT net 127.0.0.2\n}'),
    group('block with an exception', 'acl {\nallow net 127.0.0.1\nblock net 127.0.0.0/8\n}'),
    group('block all but some', 'acl {\nallow net 127.0.0.1/32 10.0.0.0/8\nblock\n}'),
    group('block in a zone', 'acl blocked.example {\nblock\n}'),
    group('filter a network', 'acl {\nfilter net 127.0.0.2/32\n}'),
    group('filter a type', 'acl {\nfilter type AAAA\n}'),
    group('wildcards', 'acl {\nblock type * net *\n}'),
    group('allow stops further rules', 'acl {\nallow net 127.0.0.2\n}\nacl {\nblock net 127.0.0.2\nfilter type TXT\n}'),
    group('two lines for two zones', 'acl www.example {\nfilter type AAAA\n}\nacl blocked.example {\nblock type A\n}'),
    group('a network of IPv6', 'acl {\nblock net ::/0\n}'),
    group('ANY', 'acl {\nblock type ANY\n}'),
    {
      name: 'drop',
      corefile: block('acl {\ndrop net 127.0.0.2/32\n}\nforward . %UPSTREAM\nlog\nprometheus 127.0.0.1:%METRICS'),
      upstream: exampleZone,
      asks: drops(asks.filter((ask) => !ask.includes('+tcp +from'))),
    },
  ],
  starts: [
    ...[
      'acl {\nblock type A net 192.168.0.0/16\n}',
      'acl {\nfilter type A net 192.168.0.0/16\n}',
      'acl {\ndrop net 10.0.0.0/8\n}',
      'acl a.example.org {\nblock net 192.168.1.0/24\n}',
      'acl example.org {\nblock type * net 192.168.0.0/16\n}',
      'acl {\nblock type A net *\n}',
      'acl {\nblock net 2001:db8::/32\n}',
      'acl {\nblock net 2001:db8::1\n}',
      'acl {\nblock net 10.0.0.1 10.0.0.2\nallow\n}',
      'acl',
      'acl {\n}',
      'acl {\nblock type A type AAAA\n}',
      'acl {\nallow net 10.0.0.1\n}\nacl {\nblock\n}',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'starts' as const,
    })),
    ...[
      'acl {\nblock type ABC\n}',
      'acl {\nblock type a\n}',
      'acl {\nblock type CAA TYPE257\n}',
      'acl {\nblock type\n}',
      'acl {\nblock net\n}',
      'acl {\nblock net 300.0.0.1\n}',
      'acl {\nblock net 10.0.0.0/33\n}',
      'acl {\nblock net example.org\n}',
      'acl {\nblok net 10.0.0.1\n}',
      'acl {\nblock A\n}',
      'acl {\nblock nets 10.0.0.1\n}',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'refuses' as const,
    })),
  ],
};
