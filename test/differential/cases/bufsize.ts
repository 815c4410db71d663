import { block, type PluginCases } from '../case.ts';
import { manyAddresses } from '../zones.ts';

const sizes = ['', ' +edns', ' +edns=512', ' +edns=4096', ' +do', ' +tcp'];

export const bufsizeCases: PluginCases = {
  plugin: 'bufsize',
  groups: [
    {
      name: 'what is masked elsewhere',
      detailed: true,
      corefile: block('forward . %UPSTREAM {\nforce_tcp\n}'),
      upstream: manyAddresses,
      asks: ['n1.example. A +edns', 'n1.example. A +edns=4096', 'n64.example. A'],
    },
    ...['bufsize 512', 'bufsize 1100', 'bufsize', 'bufsize 4096', ''].map((line) => ({
      name: line === '' ? 'without it' : line,
      corefile: block(`${line}\nforward . %UPSTREAM {\nforce_tcp\n}`),
      upstream: manyAddresses,
      asks: ['n1.example. A', 'n30.example. A', 'n64.example. A', 'n100.example. A'].flatMap((name) =>
        sizes.map((size) =>
          line === '' && name.startsWith('n100') && size.includes('4096')
            ? { ask: `${name}${size}`, only: ['rcode', 'flags'] }
            : `${name}${size}`,
        ),
      ),
    })),
  ],
};
