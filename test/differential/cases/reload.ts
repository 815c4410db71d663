import { block, type PluginCases } from '../case.ts';
import { starts } from '../starts.ts';
import { exampleZone, otherZone } from '../zones.ts';

const usual = [
  'www.example. A',
  'nothere.example. A',
  'mail.example. MX +edns',
  'www.example. A +tcp',
  'www.example. A +nord',
  'fail.example. A',
  'alias.example. A +do',
];

export const reloadCases: PluginCases = {
  plugin: 'reload',
  groups: [
    {
      name: 'nothing changes',
      corefile: block('reload 2s 1s\nforward . %UPSTREAM\nlog\nprometheus 127.0.0.1:%METRICS'),
      upstream: exampleZone,
      asks: usual,
    },
    {
      name: 'a Corefile that changes',
      corefile: block('import part.conf\nlog'),
      files: { 'part.conf': 'forward . %UPSTREAM\n' },
      upstream: exampleZone,
      upstream2: otherZone,
      asks: [
        'www.example. A',
        { ask: 'www.example. A', write: { 'part.conf': 'forward . %UPSTREAM2\n' }, reloads: true },
        { ask: 'www.example. A', write: { 'part.conf': 'nonsense\n' }, reloads: true },
        { ask: 'www.example. A +tcp', write: { 'part.conf': 'hosts {\n192.0.2.99 www.example\n}\n' }, reloads: true },
        'www.example. A',
      ],
    },
    {
      name: 'blocks that come and go',
      corefile: 'import part.conf\n',
      files: { 'part.conf': block('forward . %UPSTREAM', 'example:%PORT') },
      upstream: exampleZone,
      asks: [
        'www.example. A',
        'www.other. A',
        {
          ask: 'www.other. A',
          write: {
            'part.conf':
              block('forward . %UPSTREAM', 'example:%PORT') + block('hosts {\n192.0.2.99 www.other\n}', 'other:%PORT'),
          },
          reloads: true,
        },
        'www.example. A',
        {
          ask: 'www.example. A',
          write: { 'part.conf': block('hosts {\n192.0.2.99 www.other\n}', 'other:%PORT') },
          reloads: true,
        },
        'www.other. A +tcp',
      ],
    },
    {
      name: 'files that plugins read',
      corefile: block('forward . %DIR/resolv.conf\nhosts %DIR/hosts {\nfallthrough\n}'),
      files: { hosts: '192.0.2.98 www.example\n', 'resolv.conf': 'nameserver 127.0.0.1\n' },
      asks: ['www.example. A', { ask: 'www.example. A', write: { hosts: '192.0.2.99 www.example\n' }, reloads: true }],
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
