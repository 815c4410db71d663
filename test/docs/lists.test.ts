import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { flagsOf } from '../../src/cli/command.ts';
import { readWords } from '../../src/cli/commands.ts';
import { flagForm } from '../../src/cli/help.ts';
import { readServerFlags, serverCommand } from '../../src/cli/server-command.ts';
import { corefileCodes } from '../../src/corefile/problem.ts';
import { notBuiltDirectives, notBuiltSchemes } from '../../src/plugins/not-built.ts';
import { makePlugins } from '../../src/plugins/plugins.ts';
import { kubernetesOptions } from '../../src/plugins/serviceentry/kubernetes-options.ts';
import { serviceEntryOptions } from '../../src/plugins/serviceentry/options.ts';
import { rejectionReasons } from '../../src/registry/model/rejection.ts';
import { codeSpans, pluginNames, section, tableRows } from './markdown.ts';

const configuration = 'docs/configuration.md';
const debugging = 'docs/debugging.md';
const serviceEntryReadme = 'src/plugins/serviceentry/README.md';
const options = [...Object.keys(serviceEntryOptions), ...Object.keys(kubernetesOptions)];

describe('tables of the documents', () => {
  it.each([
    ['Codes of Corefile errors', configuration, corefileCodes],
    ['Reasons why parts of the registry are left out', debugging, rejectionReasons],
  ])('%s: each one with its meaning', (heading, file, table) => {
    const rows = tableRows(section(file, heading)).map(([code, meaning]) => [codeSpans(code!)[0], meaning]);
    expect(rows).toEqual(Object.entries(table));
  });

  it('lists the plugins in the order in which they handle a query', () => {
    const rows = tableRows(section(configuration, 'Plugins')).map(([link]) => link);
    expect(rows).toEqual(makePlugins().map(({ name }) => `[${name}](../src/plugins/${name}/README.md)`));
  });
});

describe('directives and schemes that are not built', () => {
  const rows = tableRows(section(configuration, 'Directives of CoreDNS that are not built'));
  const sentence = (text: string): string =>
    `${text[0]!.toUpperCase()}${text.slice(1).replaceAll(/'([^']+)'/g, '`$1`')}.`;

  it('are in their table as the errors say it', () => {
    const schemes = Object.entries(notBuiltSchemes).map(([name, why]) => [`${name}://`, why] as const);
    expect(rows).toEqual(
      [...Object.entries(notBuiltDirectives), ...schemes].map(([name, { reason, instead }]) => [
        `\`${name}\``,
        sentence(reason),
        sentence(instead),
      ]),
    );
  });

  it('are not among the plugins', () => {
    expect(makePlugins().filter(({ name }) => Object.hasOwn(notBuiltDirectives, name))).toEqual([]);
  });
});

describe('the version', () => {
  it.each(['README.md', 'docs/operations.md', 'deploy/README.md', 'deploy/base/kustomization.yaml'])(
    'in %s is that of the package',
    (file) => {
      const versions = readFileSync(file, 'utf8').matchAll(/(?:serviceentry-dns[-:]|newTag: )(\d+\.\d+\.\d+)/g);
      expect([...new Set(Array.from(versions, ([, version]) => version))]).toEqual([packageJson.version]);
    },
  );
});

describe('flags', () => {
  const rows = tableRows(section(configuration, 'Flags'));
  const documented = rows.flatMap(([flag]) => codeSpans(flag!));

  it('are all in the table, and no others', () => {
    const names = (forms: readonly string[]): string[] =>
      forms.flatMap((form) => form.match(/(?<=^|, )-[\w.-]+/g) ?? []);
    expect(names(documented).sort()).toEqual(names(flagsOf(serverCommand).map(flagForm)).sort());
  });

  it.each(documented)('%s is understood', (flag) => {
    const args = flag.replace(' FILE', ' x').replace(' N', ' 53').replace('text|json', 'json').split(' ');
    expect(() => readServerFlags(readWords(serverCommand, args))).not.toThrow();
  });
});

describe('plugins', () => {
  it.each(pluginNames())('%s has a README with Name, Description, Syntax and Examples', (name) => {
    const text = readFileSync(`src/plugins/${name}/README.md`, 'utf8');
    const headings = Array.from(text.matchAll(/^#+ (.*)$/gm), ([, heading]) => heading!);
    expect(headings.slice(0, 4)).toEqual([name, 'Name', 'Description', 'Syntax']);
    expect(headings).toContain('Examples');
    expect(section(`src/plugins/${name}/README.md`, 'Name').trim()).toMatch(new RegExp(`^_${name}_ - .*\\.$`));
  });

  it('are all directives', () => {
    expect([...pluginNames()].sort()).toEqual(
      makePlugins()
        .map(({ name }) => name)
        .sort(),
    );
  });
});

describe('options of serviceentry', () => {
  const syntax = section(serviceEntryReadme, 'Syntax');
  const optionsOf = (text: string): string[] => codeSpans(text).map((span) => span.split(' ')[0]!);

  it('are found in the parser', () => {
    expect(options).toContain('file');
    expect(options).toContain('kubernetes');
  });

  it('are all in the syntax of the plugin README, and explained', () => {
    const block = Array.from(syntax.matchAll(/^ {4}(\w+)\b/gm), ([, name]) => name!);
    expect(block.sort()).toEqual([...options].sort());
    const explained = Array.from(syntax.matchAll(/^- `(\w+)`/gm), ([, name]) => name!);
    expect(explained.sort()).toEqual([...options].sort());
  });

  it('are all in the table of the configuration', () => {
    const rows = tableRows(section(configuration, 'Options of serviceentry'));
    expect(rows.flatMap(([option]) => optionsOf(option!)).sort()).toEqual([...options].sort());
  });
});
