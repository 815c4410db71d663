import { block, type PluginCases } from '../case.ts';
import { exampleZone } from '../zones.ts';

export const anyCases: PluginCases = {
  plugin: 'any',
  groups: [
    {
      name: 'RA of its own replies',
      detailed: true,
      corefile: block('any\nforward . %UPSTREAM'),
      upstream: exampleZone,
      asks: ['www.example. ANY'],
    },
    {
      name: 'before forward',
      corefile: block('any\nforward . %UPSTREAM\nlog'),
      upstream: exampleZone,
      asks: [
        'www.example. ANY',
        'www.example. ANY +tcp',
        'www.example. ANY +edns',
        'WWW.example. ANY',
        '. ANY',
        'www.example. A',
        'nothere.example. ANY',
      ],
    },
  ],
};
