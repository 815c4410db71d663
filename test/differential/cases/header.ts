import { block, type Group, type PluginCases } from '../case.ts';
import { starts } from '../starts.ts';
import { exampleZone } from '../zones.ts';

/** The port of the client, which whoami tells. */
const clientPort = [[/SRV 0 0 \d+ \.$/g, 'SRV 0 0 P .']] as const;

export const headerCases: PluginCases = {
  plugin: 'header',
  groups: [
    ...[
      'response set ra',
      'response set ra aa',
      'response clear ra',
      'response set aa\nresponse clear rd',
      'response clear aa rd ra',
      'query set rd',
      'query clear rd',
      'query clear rd\nresponse set rd',
      'response set aa\nresponse clear aa',
    ].map((lines): Group => ({
      name: lines.replaceAll('\n', '; '),
      detailed: true,
      corefile: block(`header {\n${lines}\n}\nforward . %UPSTREAM\nlog`),
      upstream: exampleZone,
      asks: ['www.example. A', 'www.example. A +nord', 'nothere.example. A', 'www.example. A +tcp'],
    })),
    {
      name: 'beside whoami',
      corefile: block('header {\nresponse set ra\nresponse clear aa\n}\nwhoami'),
      mask: clientPort,
      asks: ['www.example. A', 'www.example. A +nord'],
    },
  ],
  starts: [
    ...starts(
      'starts',
      'header {\nresponse set ra\n}',
      'header {\nquery set rd\nresponse clear aa rd\n}',
      'header {\nresponse set ra ra\n}',
      'header arg {\nresponse set ra\n}',
      'header {\nquery clear ra\n}',
      'header {\nquery set aa\n}',
    ),
    ...starts(
      'refuses',
      'header',
      'header {\nclear aa\n}',
      'header {\nset ra\n}',
      'header {\n}',
      'header {\nresponse set\n}',
      'header {\nresponse set xx\n}',
      'header {\nresponse toggle ra\n}',
      'header {\nboth set ra\n}',
      'header {\nresponse\n}',
    ),
  ],
};
