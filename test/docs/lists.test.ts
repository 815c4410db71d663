import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { makePlugins } from '../../src/plugins/plugins.ts';
import { kubernetesOptions } from '../../src/plugins/serviceentry/kubernetes-options.ts';
import { serviceEntryOptions } from '../../src/plugins/serviceentry/options.ts';
import { codeSpans, pluginNames, section, tableRows } from './markdown.ts';

const configuration = 'docs/configuration.md';
const serviceEntryReadme = 'src/plugins/serviceentry/README.md';
const options = [...Object.keys(serviceEntryOptions), ...Object.keys(kubernetesOptions)];

describe('tables of the documents', () => {
  it('lists the plugins in the order in which they handle a query', () => {
    const rows = tableRows(section(configuration, 'Plugins')).map(([link]) => link);
    expect(rows).toEqual(makePlugins().map(({ name }) => `[${name}](../src/plugins/${name}/README.md)`));
  });
});

describe('the version', () => {
  it.each([
    'README.md',
    'docs/operations.md',
    'docs/quickstart-laptop.md',
    'docs/quickstart-kubernetes.md',
    'deploy/README.md',
    'deploy/base/kustomization.yaml',
  ])('in %s is that of the package', (file) => {
    const versions = readFileSync(file, 'utf8').matchAll(/(?:serviceentry-dns[-:]|newTag: )(\d+\.\d+\.\d+)/g);
    expect([...new Set(Array.from(versions, ([, version]) => version))]).toEqual([packageJson.version]);
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
