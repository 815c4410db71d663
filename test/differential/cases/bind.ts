import { block, type PluginCases } from '../case.ts';

const mask = [[/SRV 0 0 \d+ \.$/g, 'SRV 0 0 P .']] as const;

export const bindCases: PluginCases = {
  plugin: 'bind',
  groups: [
    {
      name: 'two ports',
      corefile: `${block('whoami\nlog', 'example.org:%PORT')}${block('whoami\nlog', 'example.net:%PORT2')}`,
      mask,
      asks: [
        'example.org. A',
        'example.net. A',
        'example.net. A +port2',
        'example.org. A +port2',
        'example.net. A +port2 +tcp',
      ],
    },
    {
      name: 'several addresses',
      corefile: '.:%PORT {\n bind 127.0.0.1 127.0.0.3\n whoami\n}\n',
      mask,
      asks: ['example.org. A', 'example.org. A +tcp'],
    },
    {
      name: 'all addresses',
      corefile: '.:%PORT {\n whoami\n}\n',
      mask,
      asks: ['example.org. A', 'example.org. A +tcp'],
    },
    {
      name: 'an interface',
      corefile: '.:%PORT {\n bind lo\n whoami\n}\n',
      mask,
      asks: ['example.org. A', 'example.org. A +tcp'],
    },
  ],
  starts: [
    ...[
      'bind 127.0.0.1',
      'bind 127.0.0.1 127.0.0.2',
      'bind lo',
      'bind lo {\nexcept ::1\n}',
      'bind 127.0.0.1\nbind 127.0.0.2',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: `.:%PORT {\n${line}\nwhoami\n}\n`,
      coreDns: 'starts' as const,
    })),
    ...['bind', 'bind nonsense', 'bind 127.0.0', 'bind 127.0.0.1 {\nnonsense\n}', 'bind 127.0.0.1 {\nexcept\n}'].map(
      (line) => ({
        name: line.replaceAll('\n', ' '),
        corefile: `.:%PORT {\n${line}\nwhoami\n}\n`,
        coreDns: 'refuses' as const,
      }),
    ),
  ],
};
