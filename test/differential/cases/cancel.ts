import { block, type PluginCases } from '../case.ts';
import { exampleZone } from '../zones.ts';

export const cancelCases: PluginCases = {
  plugin: 'cancel',
  groups: [
    {
      name: 'nothing to give up',
      corefile: block('cancel\nforward . %UPSTREAM'),
      upstream: exampleZone,
      asks: ['www.example. A', 'nothere.example. A'],
    },
  ],
  starts: [
    ...['cancel', 'cancel 1s', 'cancel 100ms', 'cancel 1s\ncancel 2s'].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'starts' as const,
    })),
    ...['cancel 5', 'cancel -1s', 'cancel 0s', 'cancel x', 'cancel 1s 2s'].map((line) => ({
      name: line,
      corefile: block(`${line}\nwhoami`),
      coreDns: 'refuses' as const,
    })),
  ],
};
