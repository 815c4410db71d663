import { block, type PluginCases } from '../case.ts';

export const timeoutsCases: PluginCases = {
  plugin: 'timeouts',
  groups: [
    {
      name: 'over TCP',
      corefile: block('timeouts {\nread 5s\nwrite 5s\nidle 5s\nmaxtcpqueries 1\n}\nwhoami'),
      mask: [[/SRV 0 0 \d+/g, 'SRV 0 0 P']],
      asks: ['www.example. A +tcp', 'www.example. A +tcp', 'www.example. A'],
    },
  ],
  starts: [
    ...[
      'timeouts {\nread 10s\n}',
      'timeouts {\nread 10\nwrite 20s\nidle 24h\n}',
      'timeouts {\nmaxtcpqueries 128\n}',
      'timeouts {\nmaxtcpqueries -1\n}',
      'timeouts {\nread 1s\n}\ntimeouts {\nread 2s\n}',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'starts' as const,
    })),
    ...[
      'timeouts',
      'timeouts {\n}',
      'timeouts 5s',
      'timeouts {\nread\n}',
      'timeouts {\nread 1s 2s\n}',
      'timeouts {\nread 500ms\n}',
      'timeouts {\nidle 25h\n}',
      'timeouts {\nwrite x\n}',
      'timeouts {\nfoo 1s\n}',
      'timeouts {\nmaxtcpqueries 0\n}',
      'timeouts {\nmaxtcpqueries -2\n}',
      'timeouts {\nmaxtcpqueries x\n}',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'refuses' as const,
    })),
  ],
};
