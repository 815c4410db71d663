import { block, type PluginCases } from '../case.ts';
import { exampleZone } from '../zones.ts';

const asks = [
  'www.example. A',
  'WWW.Example. A',
  'www.example. AAAA +edns',
  'www.example. A +do',
  'www.example. A +tcp',
  'www.example. A +cd +nord',
  'nothere.example. A',
  'one.example. MX',
  'fail.example. A',
  'refused.example. A',
  '. SOA',
  'one.example. CAA',
  'one.example. TYPE65280',
  'one.example. TYPE44',
];

function group(name: string, lines: string) {
  return { name, corefile: block(`${lines}\nforward . %UPSTREAM`), upstream: exampleZone, asks };
}

const placeholders = [
  '{type}',
  '{name}',
  '{class}',
  '{proto}',
  '{remote}',
  '{local}',
  '{rcode}',
  '{>id}',
  '{>opcode}',
  '{>do}',
  '{>bufsize}',
  '{unknown}',
  '{/metadata}',
  '{}',
];

export const logCases: PluginCases = {
  plugin: 'log',
  groups: [
    group('as it is', 'log'),
    group('a name', 'log example'),
    group('a name that is none', 'log example.net'),
    group('several names', 'log one.example www.example'),
    group('class denial', 'log . {\nclass denial\n}'),
    group('class error', 'log . {\nclass error\n}'),
    group('class success', 'log . {\nclass success\n}'),
    group('class denial error', 'log . {\nclass denial error\n}'),
    group('class all', 'log . {\nclass all\n}'),
    group('classes of two names', 'log one.example {\nclass denial\n}\nlog www.example {\nclass success\n}'),
    group('combined', 'log . "{combined}"'),
    group('common', 'log . "{common} more"'),
    group('placeholders', `log . "${placeholders.join(' ')} end"`),
    group('words without quotes', 'log . {type}{name}'),
    group('errors beside it', 'log\nerrors'),
  ],
  starts: [
    ...[
      'log',
      'log example.org',
      'log example.org {common}',
      'log example.org example.net {combined}',
      'log . "{type} {name}"',
      'log {\nclass all\n}',
      'log . {\nclass denial error\nclass success\n}',
      'log\nlog example.org',
      'log {combined}',
      'log . {\n}',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'starts' as const,
    })),
    ...['log . {\nclass\n}', 'log . {\nclass nonsense\n}', 'log . {\nnonsense\n}', 'log {\nunknown\n}'].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'refuses' as const,
    })),
  ],
};
