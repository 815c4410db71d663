import { block, type Group, type PluginCases } from '../case.ts';
import { starts } from '../starts.ts';
import { exampleZone } from '../zones.ts';

export const localCases: PluginCases = {
  plugin: 'local',
  groups: [
    ...['local', 'local {\nlocalhost_prefix off\n}', 'local {\nlocalhost_prefix on\n}'].map((line): Group => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nforward . %UPSTREAM\nlog\nprometheus 127.0.0.1:%METRICS`),
      upstream: exampleZone,
      asks: [
        ...['A', 'AAAA', 'NS', 'SOA', 'TXT', 'MX', 'ANY'].map((type) => `localhost. ${type}`),
        'a.localhost. A',
        'a.b.localhost. AAAA',
        'a.localhost. TXT',
        'LOCALHOST. A',
        'localhost.example. A',
        'localhost.example. AAAA',
        'localhost.example. TXT',
        'localhost.cluster.local. A',
        'xlocalhost. A',
        '0.in-addr.arpa. NS',
        '0.in-addr.arpa. SOA',
        '127.in-addr.arpa. SOA',
        '255.in-addr.arpa. NS',
        '1.0.0.127.in-addr.arpa. PTR',
        '2.0.0.127.in-addr.arpa. PTR',
        '1.0.0.127.in-addr.arpa. A',
        '1.2.3.255.in-addr.arpa. PTR',
        '1.2.3.0.in-addr.arpa. PTR',
        'www.example. A',
        'localhost. A +edns',
        'localhost. A +tcp',
        '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa. PTR',
      ],
    })),
  ],
  starts: [
    ...starts('starts', 'local', 'local {\nlocalhost_prefix on\n}', 'local {\nlocalhost_prefix off\n}', 'local {\n}'),
    ...starts(
      'refuses',
      'local a',
      'local {\nlocalhost_prefix\n}',
      'local {\nlocalhost_prefix maybe\n}',
      'local {\nnonsense\n}',
    ),
  ],
};
