import { block, type PluginCases } from '../case.ts';
import { exampleZone } from '../zones.ts';

const file = `127.0.0.1 localhost localhost.domain
::1 localhost localhost.domain # a comment
10.0.0.1 example.org
::ffff:10.0.0.2 two.example.org
10.0.0.3 three.example.org#another
10.0.0.4 THREE.example.org. again.example.org
fe80::1%lo0 link.example.org
10.0.0.6 *.wild.example.org
10.0.0.7 own.wild.example.org
2001:db8::6 *.wild.example.org
10.0.0.8 deep.below.wild.example.org
10.0.0.9 twice.example.org twice.example.org
321.1.1.1 bad.example.org
10.0.0.10 bad..example.org good.example.org
10.0.0.11
`;

const known = [
  'localhost. A',
  'LocalHost. AAAA',
  'example.org. A',
  'example.org. A +tcp',
  'example.org. A +edns',
  'two.example.org. A',
  { ask: 'three.example.org. A', ordered: true },
  'link.example.org. AAAA',
  'good.example.org. A',
  'again.example.org. A',
  'a.wild.example.org. A',
  'a.wild.example.org. AAAA',
  'own.wild.example.org. A',
  'below.wild.example.org. A',
  '1.0.0.127.in-addr.arpa. PTR',
  '4.0.0.10.in-addr.arpa. PTR',
  `1.${'0.'.repeat(31)}ip6.arpa. PTR`,
] as const;
const other = [
  'example.org. AAAA',
  'example.org. TXT',
  'example.org. HTTPS',
  'example.org. SOA',
  'example.org. ANY',
  'own.wild.example.org. AAAA',
  'a.wild.example.org. MX',
  'twice.example.org. A',
];
const unknown = [
  'www.example. A',
  'www.example. AAAA',
  'mail.example. MX',
  'nothere.example. A',
  'unknown.example.org. A',
  'wild.example.org. A',
  'b.a.wild.example.org. A',
  'bad.example.org. A',
  '6.0.0.10.in-addr.arpa. PTR',
  '99.0.0.10.in-addr.arpa. PTR',
  'example.org. PTR',
  'org. A',
];

/** The serial of our SOA record, and the port of the client that whoami tells. */
const mask = [
  [/ \d+ 7200 1800 86400 0$/g, ' N 7200 1800 86400 0'],
  [/SRV 0 0 \d+ \.$/g, 'SRV 0 0 P .'],
] as const;

export const hostsCases: PluginCases = {
  plugin: 'hosts',
  groups: [
    {
      name: 'with fallthrough',
      mask,
      corefile: block('hosts %DIR/hosts {\nfallthrough\n}\nwhoami'),
      files: { hosts: file },
      asks: [...known, ...other, ...unknown],
    },
    {
      name: 'before forward',
      mask,
      corefile: block('hosts %DIR/hosts {\nfallthrough\n}\nforward . %UPSTREAM'),
      files: { hosts: file },
      upstream: exampleZone,
      asks: ['example.org. A', 'www.example. A', 'nothere.example. A', '99.0.0.10.in-addr.arpa. PTR'],
    },
    {
      name: 'unsupported types too',
      mask,
      corefile: block('hosts %DIR/hosts {\nfallthrough\nfallthrough_unsupported\n}\nwhoami'),
      files: { hosts: file },
      asks: other,
    },
    {
      name: 'for some zones',
      mask,
      corefile: block('hosts %DIR/hosts {\nfallthrough example in-addr.arpa\n}\nwhoami'),
      files: { hosts: file },
      asks: [...other, ...unknown],
    },
    {
      name: 'a zone of its own',
      mask,
      corefile: block('hosts %DIR/hosts example.org {\nttl 60\nno_reverse\n}\nwhoami'),
      files: { hosts: file },
      asks: [...known, ...other, ...unknown],
    },
    {
      name: 'in the Corefile',
      mask,
      corefile: block(`hosts %DIR/none {
        192.168.49.1 host.minikube.internal
        10.0.0.1 *.x.example b.x.example
        ::1 b.x.example
        fallthrough
      }
      whoami`),
      asks: [
        'host.minikube.internal. A',
        'a.x.example. A',
        'b.x.example. AAAA',
        'www.example. A',
        '1.49.168.192.in-addr.arpa. PTR',
      ],
    },
    {
      name: 'both',
      mask,
      corefile: block('hosts %DIR/hosts {\n10.1.0.1 three.example.org\nttl 60\nreload 1s\nfallthrough\n}\nwhoami'),
      files: { hosts: file },
      asks: [
        { ask: 'three.example.org. A', ordered: true },
        { ask: 'example.org. A', write: { hosts: '10.5.0.1 example.org\n' }, after: 2500 },
        'two.example.org. A',
        '1.0.5.10.in-addr.arpa. PTR',
      ],
    },
    {
      name: 'with root',
      mask,
      corefile: block('root %DIR\nhosts hosts {\nfallthrough\n}\nwhoami'),
      files: { hosts: file },
      asks: ['example.org. A', 'www.example. A'],
    },
    {
      name: 'metrics',
      mask,
      corefile: block('hosts %DIR/hosts {\n10.0.0.1 *.a b\nfallthrough\n}\nwhoami\nprometheus 127.0.0.1:%METRICS'),
      files: { hosts: '10.0.0.1 a b\n::1 a *.c\n' },
      asks: ['a. A'],
    },
  ],
  starts: [
    ...[
      'hosts',
      'hosts %DIR/none',
      'hosts %DIR',
      'hosts %DIR/hosts example.org 10.0.0.9/8',
      'hosts {\nfallthrough\n}',
      'hosts {\n10.0.0.1 a\nttl 65535\nreload 0\nno_reverse\nfallthrough a b\n}',
      'hosts {\nfallthrough_unsupported\nfallthrough\n}',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      files: { hosts: file },
      corefile: block(`${line}\nwhoami`),
      coreDns: 'starts' as const,
    })),
    ...[
      'hosts\nhosts',
      'hosts {\nttl\n}',
      'hosts {\nttl 0\n}',
      'hosts {\nttl 65536\n}',
      'hosts {\nttl x\n}',
      'hosts {\nreload\n}',
      'hosts {\nreload 5\n}',
      'hosts {\nreload -1s\n}',
      'hosts {\nfallthrough_unsupported\n}',
      'hosts {\nfallthrough\nfallthrough_unsupported a\n}',
      'hosts {\nfallthrough\nunknown\n}',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'refuses' as const,
    })),
  ],
};
