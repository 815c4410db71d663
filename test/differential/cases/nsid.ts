import { block, type PluginCases } from '../case.ts';
import { starts } from '../starts.ts';
import { exampleZone } from '../zones.ts';

/** The port of the client, which whoami tells. */
const clientPort = [[/SRV 0 0 \d+ \.$/g, 'SRV 0 0 P .']] as const;

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
