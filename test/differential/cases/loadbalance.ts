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
  ],
  starts: [
    ...['loadbalance', 'loadbalance round_robin'].map((line) => ({
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
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      files: { weights: 'www.example.\n192.0.2.1 3\n' },
      corefile: block(`${line}\nwhoami`),
      coreDns: 'refuses' as const,
    })),
  ],
};
