import { block, type PluginCases } from '../case.ts';

/** The port of the client. */
const mask = [[/SRV 0 0 \d+ \.$/g, 'SRV 0 0 P .']] as const;

export const whoamiCases: PluginCases = {
  plugin: 'whoami',
  groups: [
    {
      name: 'alone',
      corefile: block('whoami\nlog\nerrors\nprometheus 127.0.0.1:%METRICS'),
      mask,
      asks: [
        'example.org. A',
        'example.org. AAAA',
        'example.org. A +tcp',
        'Example.ORG. TXT',
        'example.org. A +edns',
        'example.org. A +do',
        'example.org. A +edns=4096',
        'example.org. A +edns=100',
        '. NS',
        'example.org. A +nord',
        'example.org. A +cd',
        'example.org. A +ad',
        'example.org. A +from=127.0.0.2',
        'version.bind. TXT +class=CH',
        'example.org. ANY',
        'example.org. TYPE65280',
        'example.org. A +option=3:',
        'example.org. A +option=10:0011223344556677',
      ],
    },
    {
      name: 'by zone',
      corefile: block('whoami', 'example.org:%PORT example.net:%PORT'),
      mask,
      asks: [
        'example.org. A',
        'a.b.example.net. A',
        'example.com. A',
        'xexample.org. A',
        '. A',
        'org. A +edns',
        'EXAMPLE.org. A',
      ],
    },
  ],
};
