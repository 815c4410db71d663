import { block, type PluginCases } from '../case.ts';
import { exampleZone } from '../zones.ts';

/** The port of the client, which whoami tells. */
const mask = [[/SRV 0 0 \d+/g, 'SRV 0 0 P']] as const;

/** A block with a view, which answers from the first upstream, and one without, which refuses. */
function viewed(name: string, asks: readonly string[], ...expressions: readonly string[]) {
  const view = `view first {\n${expressions.map((each) => `expr ${each}`).join('\n')}\n}`;
  return {
    name,
    corefile: block(`${view}\nforward . %UPSTREAM`) + block('whoami'),
    upstream: exampleZone,
    mask,
    asks,
  };
}

const asks = [
  'www.example. A',
  'WWW.example. AAAA',
  'www.example. A +tcp',
  'www.example. A +do',
  'www.example. A +edns=4096',
  'www.example. A +from=127.0.0.2',
  'nothere.example. TXT',
];

/** Each is true for some of `asks`, or has no value. */
const expressions = [
  "type() == 'A'",
  "type() in ['A', 'TXT']",
  "name() == 'www.example.'",
  "name() matches '^www\\\\.'",
  "name() endsWith '.example.' && !do()",
  "client_ip() == '127.0.0.2'",
  "incidr(client_ip(), '127.0.0.2/32')",
  "incidr(client_ip(), 'nonsense')",
  "incidr(client_ip(), '::/0')",
  "server_ip() == '127.0.0.1'",
  "proto() == 'tcp'",
  'bufsize() > 1000',
  'bufsize() == 65535',
  'do()',
  'not do()',
  'size() > 40',
  'id() > 0 and opcode() == 0',
  "class() == 'IN'",
  "int(port()) > 1023 and server_port() == '%PORT'",
  "metadata('view/name') == ''",
  "split(name(), '.')[0] == 'www'",
  "split(name(), '.')[7] == 'www'",
  'len(name()) % 2 == 0',
  'true',
  'false',
  '1',
  "name() | upper() == 'WWW.EXAMPLE.'",
  "(name() | upper()) == 'WWW.EXAMPLE.'",
];

export const viewCases: PluginCases = {
  plugin: 'view',
  groups: [
    ...expressions
      .filter((expression) => !expression.includes('$env') && !expression.includes('| upper() =='))
      .map((expression) => viewed(expression, asks, expression)),
    viewed('no expression', asks),
    viewed('two expressions', asks, "type() == 'A'", 'do()'),
    {
      name: 'shorter zones',
      corefile:
        block("view a {\nexpr type() == 'A'\n}\nforward . %UPSTREAM", 'www.example:%PORT') +
        block("view b {\nexpr type() == 'AAAA'\n}\nforward . %UPSTREAM", 'example:%PORT') +
        block('whoami'),
      upstream: exampleZone,
      mask,
      asks: ['www.example. A', 'www.example. AAAA', 'www.example. TXT', 'one.example. A'],
    },
    {
      name: 'nobody takes it',
      mask,
      corefile: block("view a {\nexpr type() == 'A'\n}\nwhoami"),
      asks: ['www.example. A', 'www.example. AAAA'],
    },
    {
      name: 'three views of one zone',
      corefile:
        block("view a {\nexpr type() == 'A'\n}\nforward . %UPSTREAM") +
        block("view b {\nexpr type() in ['A', 'AAAA']\n}\nwhoami") +
        block('view c {\nexpr true\n}\nany'),
      upstream: exampleZone,
      mask,
      asks: ['www.example. A', 'www.example. AAAA', 'www.example. ANY'],
    },
    {
      name: 'metrics and log',
      corefile:
        block(
          'metadata\nview first {\nexpr type() == \'A\'\n}\nprometheus 127.0.0.1:%METRICS\nlog . "{name} {/view/name}"\nforward . %UPSTREAM',
        ) + block('metadata\nprometheus 127.0.0.1:%METRICS\nlog . "{name} {/view/name}"\nwhoami'),
      upstream: exampleZone,
      mask,
      asks: ['www.example. A', 'www.example. AAAA', 'www.example. A'],
    },
  ],
  starts: [
    ...[
      'view x',
      'view x {\n}',
      "view x {\nexpr name() == 'example.com.'\n}",
      "view x {\nexpr incidr(client_ip(), '10.0.0.0/24')\n}",
      'view x {\nexpr 1\n}',
      'view x {\nexpr do()\nexpr not do()\n}',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'starts' as const,
    })),
    ...[
      'view',
      'view a b',
      'view a\nview b',
      'view a {\nfoo bar\n}',
      'view a {\nexpr\n}',
      'view a {\nexpr invalid expression\n}',
      'view a {\nexpr name == 1\n}',
      'view a {\nexpr nmae()\n}',
      "view a {\nexpr type('x')\n}",
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'refuses' as const,
    })),
    {
      name: 'two blocks with a view and one without',
      corefile: block('view a\nwhoami') + block('view a\nwhoami') + block('whoami'),
      coreDns: 'starts',
    },
    { name: 'a view behind a block without', corefile: block('whoami') + block('view a\nwhoami'), coreDns: 'starts' },
    {
      name: 'two blocks without a view',
      corefile: block('view a\nwhoami') + block('whoami') + block('whoami'),
      coreDns: 'refuses',
    },
  ],
};
