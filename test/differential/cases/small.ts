import { block, type Group, type PluginCases, type StartCase } from '../case.ts';
import { replyTo } from '../../support/fake-upstream.ts';
import { exampleZone } from '../zones.ts';

function starts(coreDns: StartCase['coreDns'], ...lines: string[]): StartCase[] {
  return lines.map((line) => ({ name: line.replaceAll('\n', ' '), corefile: block(`${line}\nwhoami`), coreDns }));
}

const clientPort = [[/SRV 0 0 \d+ \.$/g, 'SRV 0 0 P .']] as const;

const usual = [
  'www.example. A',
  'nothere.example. A',
  'mail.example. MX +edns',
  'www.example. A +tcp',
  'www.example. A +nord',
  'fail.example. A',
  'alias.example. A +do',
];

export const headerCases: PluginCases = {
  plugin: 'header',
  groups: [
    ...[
      'response set ra',
      'response set ra aa',
      'response clear ra',
      'response set aa\nresponse clear rd',
      'response clear aa rd ra',
      'query set rd',
      'query clear rd',
      'query clear rd\nresponse set rd',
      'response set aa\nresponse clear aa',
    ].map((lines): Group => ({
      name: lines.replaceAll('\n', '; '),
      detailed: true,
      corefile: block(`header {\n${lines}\n}\nforward . %UPSTREAM\nlog`),
      upstream: exampleZone,
      asks: ['www.example. A', 'www.example. A +nord', 'nothere.example. A', 'www.example. A +tcp'],
    })),
    {
      name: 'beside whoami',
      corefile: block('header {\nresponse set ra\nresponse clear aa\n}\nwhoami'),
      mask: clientPort,
      asks: ['www.example. A', 'www.example. A +nord'],
    },
  ],
  starts: [
    ...starts(
      'starts',
      'header {\nresponse set ra\n}',
      'header {\nquery set rd\nresponse clear aa rd\n}',
      'header {\nresponse set ra ra\n}',
      'header arg {\nresponse set ra\n}',
      'header {\nquery clear ra\n}',
      'header {\nquery set aa\n}',
    ),
    ...starts(
      'refuses',
      'header',
      'header {\nclear aa\n}',
      'header {\nset ra\n}',
      'header {\n}',
      'header {\nresponse set\n}',
      'header {\nresponse set xx\n}',
      'header {\nresponse toggle ra\n}',
      'header {\nboth set ra\n}',
      'header {\nresponse\n}',
    ),
  ],
};

export const minimalCases: PluginCases = {
  plugin: 'minimal',
  groups: [
    {
      name: 'before forward',
      corefile: block('minimal\nforward . %UPSTREAM\nlog'),
      upstream: (query) => {
        const name = query.name;
        const answers = name.startsWith('www') ? [{ type: 'A' as const, name, ttl: 60, data: '192.0.2.1' }] : [];
        const authorities = [{ type: 'NS' as const, name: 'example', ttl: 60, data: 'ns.example' }];
        const additionals = [{ type: 'A' as const, name: 'ns.example', ttl: 60, data: '192.0.2.53' }];
        query.send(replyTo(query, { flags: 0x0180, answers, authorities, additionals }, name.startsWith('nx') ? 3 : 0));
      },
      asks: [
        'www.example. A',
        'www.example. A +edns',
        'www.example. A +do',
        'www.example. A +tcp',
        'nodata.example. A',
        'nx.example. A',
        'nx.example. A +edns',
      ],
    },
    {
      name: 'before whoami',
      corefile: block('minimal\nwhoami'),
      mask: clientPort,
      asks: ['www.example. A', 'www.example. A +edns'],
    },
  ],
  starts: [...starts('starts', 'minimal'), ...starts('refuses', 'minimal a', 'minimal {\nx\n}')],
};

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

export const nsidCases: PluginCases = {
  plugin: 'nsid',
  groups: [
    {
      name: 'with data',
      corefile: block('nsid Use The Force\nwhoami\nlog'),
      mask: clientPort,
      asks: [
        'example.org. A',
        'example.org. A +edns',
        'example.org. A +option=3:',
        'example.org. A +option=3: +tcp',
        'example.org. A +option=10:0011223344556677',
        'example.org. A +option=3: +do',
      ],
    },
    {
      name: 'the name of the host',
      corefile: block('nsid\nforward . %UPSTREAM'),
      upstream: exampleZone,
      asks: ['www.example. A', 'www.example. A +option=3:', 'nothere.example. A +option=3:'],
    },
  ],
  starts: [...starts('starts', 'nsid', 'nsid a', 'nsid a b c', 'nsid "a b"'), ...starts('refuses', 'nsid {\nx\n}')],
};

export const rootCases: PluginCases = {
  plugin: 'root',
  groups: [
    {
      name: 'of a hosts file',
      corefile: block('root %DIR/sub\nhosts my.hosts'),
      files: { 'sub/my.hosts': '192.0.2.9 www.example\n' },
      asks: ['www.example. A'],
    },
    {
      name: 'does not concern absolute paths',
      corefile: block('root %DIR/sub\nhosts %DIR/my.hosts'),
      files: { 'my.hosts': '192.0.2.9 www.example\n', 'sub/x': '' },
      asks: ['www.example. A'],
    },
  ],
  starts: [
    ...starts('starts', 'root /tmp', 'root .', 'root /nothere/at/all'),
    ...starts('refuses', 'root', 'root a b', 'root {\nx\n}'),
  ],
};

export const reloadCases: PluginCases = {
  plugin: 'reload',
  groups: [
    {
      name: 'nothing changes',
      corefile: block('reload 2s 1s\nforward . %UPSTREAM\nlog\nprometheus 127.0.0.1:%METRICS'),
      upstream: exampleZone,
      asks: usual,
    },
  ],
  starts: [
    ...starts(
      'starts',
      'reload',
      'reload 10s',
      'reload 10s 2s',
      'reload 2s 1s',
      'reload 2s 0s',
      'reload 10s 10s',
      'reload {\nx\n}',
    ),
    ...starts(
      'refuses',
      'reload soon',
      'reload 1s',
      'reload 10s 100ms',
      'reload 0s',
      'reload -1s',
      'reload 10s 2s 3s',
      'reload 10',
    ),
  ],
};
