import { block, type PluginCases } from '../case.ts';
import { exampleZone } from '../zones.ts';

export const errorsCases: PluginCases = {
  plugin: 'errors',
  groups: [
    {
      name: 'nothing to complain of',
      corefile: block('errors\nforward . %UPSTREAM'),
      upstream: exampleZone,
      asks: ['www.example. A', 'nothere.example. A', 'fail.example. A', 'refused.example. A'],
    },
  ],
  starts: [
    ...[
      'errors',
      'errors stdout',
      'errors {\n}',
      'errors {\nconsolidate 1m ".* timeout$"\n}',
      'errors {\nconsolidate 5m "read udp .* i/o timeout$" warning\nconsolidate 30s "^Failed to .+"\n}',
      'errors {\nconsolidate 5m "x" error show_first\n}',
      'errors {\nconsolidate 5m "x" show_first\n}',
      'errors {\nstacktrace\n}',
      'errors {\nconsolidate -1s ".*"\n}',
      'errors {\nconsolidate 0s ".*"\n}',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'starts' as const,
    })),
    ...[
      'errors file.log',
      'errors a b',
      'errors\nerrors',
      'errors {\nnonsense\n}',
      'errors {\nconsolidate\n}',
      'errors {\nconsolidate 1m\n}',
      'errors {\nconsolidate 1m "("\n}',
      'errors {\nconsolidate 1m ".*" loud\n}',
      'errors {\nconsolidate 1m ".*" error other\n}',
      'errors {\nstacktrace yes\n}',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'refuses' as const,
    })),
  ],
};
