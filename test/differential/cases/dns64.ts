import { block, type Group, type PluginCases } from '../case.ts';
import { exampleZone } from '../zones.ts';

const asks = [
  'one.example. AAAA',
  'www.example. AAAA',
  'one.example. A',
  'alias.example. AAAA',
  'nothere.example. AAAA',
  'mail.example. AAAA',
  'one.example. AAAA +do',
  'one.example. AAAA +cd',
  'one.example. AAAA +tcp',
  'one.example. AAAA +edns',
  'one.example. TXT',
  'fail.example. AAAA',
  'ONE.example. AAAA',
  'chain.example. AAAA',
];

function group(lines: string): Group {
  return {
    name: lines.replaceAll('\n', ' '),
    corefile: block(`${lines}\nforward . %UPSTREAM\nlog\nprometheus 127.0.0.1:%METRICS`),
    upstream: exampleZone,
    asks,
  };
}

export const dns64Cases: PluginCases = {
  plugin: 'dns64',
  groups: [
    group('dns64'),
    group('dns64 {\nallow_ipv4\n}'),
    group('dns64 {\nallow_ipv4\ntranslate_all\n}'),
    ...[
      '2001:db8::/32',
      '2001:db8:100::/40',
      '2001:db8:122::/48',
      '2001:db8:122:300::/56',
      '2001:db8:122:344::/64',
      '2001:db8:122:344::/96',
    ].map((prefix) => group(`dns64 {\nallow_ipv4\nprefix ${prefix}\n}`)),
    group('dns64 2001:db8:1::/96 {\nallow_ipv4\n}'),
  ],
  starts: [
    ...[
      'dns64',
      'dns64 64:ff9b::/96',
      'dns64 2001:db8::/32',
      'dns64 {\ntranslate_all\n}',
      'dns64 {\nprefix 64:ff9b::/96\n}',
      'dns64 {\nallow_ipv4\n}',
      'dns64 64:ff9b::/96 {\ntranslate_all\nallow_ipv4\n}',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'starts' as const,
    })),
    ...[
      'dns64 nonsense',
      'dns64 64:ff9b::/95',
      'dns64 10.0.0.0/8',
      'dns64 {\nprefix\n}',
      'dns64 {\nprefix 64:ff9b::/33\n}',
      'dns64 {\nnonsense\n}',
      'dns64 a b',
      'dns64 64:ff9b::1',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'refuses' as const,
    })),
  ],
};
