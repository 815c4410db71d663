import { block, type PluginCases } from '../case.ts';
import { exampleZone } from '../zones.ts';

const asks = [
  'www.example. A',
  'alias.example. A',
  'chain.example. A',
  'mail.example. MX',
  'one.example. A',
  'nothere.example. A',
  'www.example. A +tcp',
  'text.example. TXT',
];

export const loadbalanceCases: PluginCases = {
  plugin: 'loadbalance',
  groups: [
    { name: 'as it is', corefile: block('loadbalance\nforward . %UPSTREAM'), upstream: exampleZone, asks },
    {
      name: 'round_robin',
      corefile: block('loadbalance round_robin\nforward . %UPSTREAM'),
      upstream: exampleZone,
      asks,
    },
    {
      name: 'aliases first',
      corefile: block('loadbalance\nforward . %UPSTREAM'),
      upstream: `chain.example. 100 IN CNAME alias.example.
        alias.example. 100 IN CNAME www.example.
        www.example. 100 IN A 192.0.2.1`,
      asks: [{ ask: 'chain.example. A', ordered: true }],
    },
    {
      name: 'weighted',
      corefile: block('loadbalance weighted %DIR/weights\nforward . %UPSTREAM'),
      files: { weights: 'www.example.\n192.0.2.1 3\n192.0.2.2 2\n' },
      upstream: exampleZone,
      asks,
    },
    {
      name: 'aliases first with weights',
      corefile: block('loadbalance weighted %DIR/weights\nforward . %UPSTREAM'),
      files: { weights: 'www.example.\n192.0.2.1 3\n' },
      upstream: `www.example. 100 IN A 192.0.2.1
        alias.example. 200 IN CNAME www.example.`,
      asks: [{ ask: 'alias.example. A', ordered: true }],
    },
    {
      name: 'preferred networks',
      corefile: block('loadbalance {\nprefer 192.0.2.2/32 192.0.2.0/30\n}\nforward . %UPSTREAM'),
      upstream: exampleZone,
      asks: [{ ask: 'www.example. A', ordered: true }, { ask: 'alias.example. A', ordered: true }, 'mail.example. MX'],
    },
  ],
  starts: [
    ...[
      'loadbalance',
      'loadbalance round_robin',
      'loadbalance weighted %DIR/weights',
      'loadbalance weighted %DIR/none',
      'loadbalance weighted %DIR/weights {\nreload 0s\n}',
      'loadbalance {\nprefer 10.0.0.0/8 2001:db8::/32\n}',
      'loadbalance round_robin {\nprefer 10.0.0.0/8\n}',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      files: { weights: 'www.example.\n192.0.2.1 3\n192.0.2.2 2\n' },
      corefile: block(`${line}\nwhoami`),
      coreDns: 'starts' as const,
    })),
    ...[
      'loadbalance fleeb',
      'loadbalance round_robin a',
      'loadbalance weighted',
      'loadbalance weighted a b',
      'loadbalance weighted %DIR/weights {\nnonsense\n}',
      'loadbalance weighted %DIR/weights {\nreload soon\n}',
      'loadbalance weighted %DIR/none {\nreload 0s\n}',
      'loadbalance weighted %DIR/wrong',
      'loadbalance {\nprefer 10.0.0.0/33\n}',
      'loadbalance {\nreload 1s\n}',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      files: { weights: 'www.example.\n192.0.2.1 3\n', wrong: 'www.example.\n192.0.2.1 0\n' },
      corefile: block(`${line}\nwhoami`),
      coreDns: 'refuses' as const,
    })),
  ],
};
