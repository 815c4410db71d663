import { block, type PluginCases } from '../case.ts';
import { exampleZone } from '../zones.ts';

const asks = ['www.example. A', 'nothere.example. A', 'one.example. MX', 'fail.example. A', 'example.net. A'];
const format = 'log . "{name} {/forward/upstream} {/log/type} {/log/class} {/view/name} {/a/b}"';

export const metadataCases: PluginCases = {
  plugin: 'metadata',
  groups: [
    ...['metadata', 'metadata example', 'metadata example.net', ''].map((line) => ({
      name: line === '' ? 'without it' : line,
      corefile: block(`${line}\n${format}\nforward . %UPSTREAM`),
      upstream: exampleZone,
      asks,
    })),
    {
      name: 'with a cache',
      corefile: block(`metadata\n${format}\ncache\nforward . %UPSTREAM`),
      upstream: exampleZone,
      asks: ['www.example. A', 'www.example. A'],
    },
  ],
  starts: [
    ...['metadata', 'metadata example.com.', 'metadata example.com. net.', 'metadata 10.0.0.0/8'].map((line) => ({
      name: line,
      corefile: block(`${line}\nwhoami`),
      coreDns: 'starts' as const,
    })),
    ...['metadata example.com. {\nsome_param\n}', 'metadata\nmetadata'].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'refuses' as const,
    })),
  ],
};
