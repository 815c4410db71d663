import { replyTo } from '../../support/fake-upstream.ts';
import { block, type PluginCases } from '../case.ts';
import { starts } from '../starts.ts';

/** The port of the client, which whoami tells. */
const clientPort = [[/SRV 0 0 \d+ \.$/g, 'SRV 0 0 P .']] as const;

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
