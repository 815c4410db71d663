import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callOf, flagsOf, type Command } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands.ts';
import { flagForm } from '../../src/cli/help.ts';
import { corefileCodes } from '../../src/corefile/problem.ts';
import { notBuiltDirectives, notBuiltSchemes } from '../../src/plugins/not-built.ts';
import { makePlugins } from '../../src/plugins/plugins.ts';
import { rejectionReasons } from '../../src/registry/model/rejection.ts';
import { parseExposition, type ParsedFamily } from '../support/exposition.ts';
import { certPath, keyPath } from '../support/tls/files.ts';
import { fencedBlocks, pluginNames, section } from './markdown.ts';
import { startCorefile } from './server.ts';

// `node test/docs/reference.ts` writes the pages of docs/reference anew, from the root of the repository. A test compares.

/** The pages, by file. */
export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  return {
    'docs/reference/directives.md': directivesPage(),
    'docs/reference/error-codes.md': errorCodesPage(),
    'docs/reference/flags.md': flagsPage(),
    'docs/reference/metrics.md': metricsPage(await scrapedFamilies()),
  };
}

function directivesPage(): string {
  const plugins = makePlugins().map(({ name }) => {
    const file = `src/plugins/${name}/README.md`;
    const syntax = fencedBlocks(file).find(({ language }) => language === 'txt')!.text;
    return [`### ${name}`, `[${name}](../../${file}): ${purpose(name)}.`, `~~~ txt\n${syntax}~~~`].join('\n\n');
  });
  const schemes = Object.entries(notBuiltSchemes).map(([name, why]) => [`${name}://`, why] as const);
  const notBuilt = [...Object.entries(notBuiltDirectives), ...schemes].map(([name, { reason, instead }]) => [
    `\`${name}\``,
    sentence(reason),
    sentence(instead),
  ]);
  return page(
    'Directives',
    `All directives of a Corefile with their syntax, in the order in which they handle a query. The order in the Corefile means nothing. The page of each explains its options.`,
    ...plugins,
    '## Directives of CoreDNS that are not built',
    'Each of these is one error with this explanation; nothing else is said of its block. The schemes of keys at the end are errors too.',
    table(['Directive', 'Why it is not built', 'In its place'], notBuilt),
  );
}

function errorCodesPage(): string {
  const rows = (entries: Readonly<Record<string, string>>): string[][] =>
    Object.entries(entries).map(([code, meaning]) => [`\`${code}\``, meaning]);
  return page(
    'Error codes',
    '## Codes of Corefile errors',
    '`FILE:LINE:COLUMN: error: MESSAGE [CODE]`. A code does not change its meaning. `serviceentry-dns -check -conf FILE` prints all errors of a Corefile.',
    table(['Code', 'Meaning'], rows(corefileCodes)),
    '## Reasons why parts of the registry are not served',
    'The metric `coredns_serviceentry_rejections` has them as its label `reason`. [Debugging](../debugging.md#reasons-why-parts-of-the-registry-are-left-out) says what is done then.',
    table(['Reason', 'Meaning'], rows(rejectionReasons)),
    '## Exit codes',
    table(
      ['Code', 'Meaning'],
      [
        ['0', 'the end after SIGTERM or SIGINT; a command that has done what it should'],
        ['1', 'an error'],
        ['2', 'flags or a command that are not known; a second SIGINT'],
      ],
    ),
  );
}

function flagsPage(): string {
  return page(
    'Commands and flags',
    `Flags are written as in Go: \`-conf FILE\`, \`--conf FILE\` or \`-conf=FILE\`.`,
    ...commands.flatMap(commandSections),
  );
}

function commandSections(command: Command): string[] {
  const usage = [callOf(command), command.operands, '[flags]'].filter((word) => word !== '').join(' ');
  return [
    `## ${callOf(command)}`,
    `\`${usage}\`: ${command.summary}`,
    table(
      ['Flag', 'Meaning'],
      flagsOf(command).map((flag) => [flagForm(flag).replaceAll(/-[^,]+/g, '`$&`'), flag.text]),
    ),
    `Examples: ${command.examples.map((example) => `\`${example}\``).join(', ')}.`,
  ];
}

function metricsPage(families: readonly ParsedFamily[]): string {
  const documented = documentedMetrics();
  const rows = families.map(({ name, type, help }) => {
    const { labels, plugin } = documented.get(name) ?? { labels: '', plugin: 'prometheus' };
    return [`\`${name}\``, type, labels, help.replace(/\.$/, ''), `[${plugin}](../../src/plugins/${plugin}/README.md)`];
  });
  return page(
    'Metrics',
    `What \`GET /metrics\` gives, with CoreDNS's names and labels where CoreDNS has the same. A plugin's metrics are there where it stands in a server block with
[prometheus](../../src/plugins/prometheus/README.md), and those of Node where \`runtime_metrics\` does. The page in the last column says more.`,
    table(['Metric', 'Type', 'Labels', 'What it is', 'Explained by'], rows),
  );
}

/** Labels of the metrics that the READMEs of plugins name, and which one explains each at most length. */
export function documentedMetrics(): Map<string, { labels: string; plugin: string }> {
  const found = new Map<string, { labels: string; plugin: string }>();
  for (const plugin of ['prometheus', ...pluginNames()]) {
    const text = readFileSync(`src/plugins/${plugin}/README.md`, 'utf8');
    for (const [, name, labels] of text.matchAll(/`((?:coredns|process|nodejs)_\w+)(?:\{([^}`]*)\})?`/g)) {
      const before = found.get(name!);
      const isBetter = before === undefined || (before.plugin === 'prometheus' && labels !== undefined);
      if (isBetter) found.set(name!, { labels: labels ?? before?.labels ?? '', plugin });
    }
  }
  return found;
}

/** Of a server with every plugin that has metrics. */
async function scrapedFamilies(): Promise<ParsedFamily[]> {
  const directory = mkdtempSync(join(tmpdir(), 'reference-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const corefile = `.:53 mesh.test:53 {
    prometheus {
        runtime_metrics
    }
    errors
    log . {
        class error
    }
    health
    acl {
        allow
    }
    autopath ${file('resolv.conf', 'search example.org\n')}
    cache
    dns64
    hosts ${file('hosts', '192.0.2.1 one.example\n')} {
        fallthrough
    }
    local
    loop
    publish mesh.example.org {
        primary 127.0.0.1:1
        key test/support/publisher.key
        owner reference
    }
    reload
    trace otlp http://127.0.0.1:1
    template IN TXT example.org {
        rcode NXDOMAIN
    }
    serviceentry {
        file deploy/examples
    }
    forward corp.example dns.corp.example ${file('upstreams', 'nameserver 192.0.2.53\n')} {
        resolver 127.0.0.1:1
    }
    forward . 192.0.2.53
}
tls://example.net {
    prometheus
    tls ${certPath('server')} ${keyPath('server')}
}
`;
  const server = await startCorefile(corefile, 'Corefile');
  try {
    const [port] = server.httpPorts('prometheus');
    return parseExposition(await (await fetch(`http://127.0.0.1:${port!}/metrics`)).text());
  } finally {
    await server.stop();
    rmSync(directory, { recursive: true });
  }
}

/** The sentence under Name in the README of a plugin. */
function purpose(name: string): string {
  return section(`src/plugins/${name}/README.md`, 'Name')
    .trim()
    .replace(/^_\w+_ - (.*)\.$/, '$1');
}

/** Names in quotes become code. */
function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1).replaceAll(/'([^']+)'/g, '`$1`')}.`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

function page(title: string, ...paragraphs: readonly string[]): string {
  const origin = '<!-- Written by test/docs/reference.ts from the code: do not edit. -->';
  return `${[`# ${title}`, origin, ...paragraphs].join('\n\n')}\n`;
}

if (import.meta.main) {
  for (const [file, text] of Object.entries(await referencePages())) writeFileSync(file, text);
}
