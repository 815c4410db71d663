import { readdirSync, readFileSync } from 'node:fs';
import { callOf, flagsOf, type Command } from '../../../src/cli/command.ts';
import { commands } from '../../../src/cli/commands.ts';
import { flagForm } from '../../../src/cli/help.ts';
import { roff } from './roff.ts';

// The manual: serviceentry-dns(1) of the table of the commands, serviceentry-dns-corefile(5) of the document on the configuration, and
// a page for each plugin of its README, in section 7 as CoreDNS has them.

/** Pages by the names of their files. `date` is that of the release, `2026-11-29`. */
export function manPages(version: string, date: string): ReadonlyMap<string, string> {
  const pages = new Map<string, string>();
  const add = (name: string, section: number, markdown: string): void => {
    pages.set(`${name}.${section}`, roff(markdown, { name, section, date, source: `serviceentry-dns ${version}` }));
  };
  const plugins = readdirSync('src/plugins', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  add('serviceentry-dns', 1, programPage());
  add('serviceentry-dns-corefile', 5, corefilePage());
  for (const { name } of plugins) add(`serviceentry-dns-${name}`, 7, pluginPage(name));
  return pages;
}

function programPage(): string {
  const server = commands.find(({ name }) => name === '')!;
  const others = commands.filter((each) => each !== server);
  const synopsis = commands.map((each) =>
    [`**${callOf(each)}**`, escape(each.operands), '[_flags_]'].filter((word) => word !== '').join(' '),
  );
  return `
## Name

serviceentry-dns - a CoreDNS-style DNS server for the hosts of Istio ServiceEntries

## Synopsis

${synopsis.join('\\\n')}

## Description

${server.summary} The Corefile is that of CoreDNS, with the plugin _serviceentry_. Without a Corefile every query is answered by _whoami_.

A flag has one dash or two, and its value behind it or behind \`=\`.

## Options

${flags(server)}

${others.map((each) => `## The command ${each.name}\n\n${escape(each.summary)}\n\n${flags(each)}\n`).join('\n')}
## Signals

| Signal | What it does |
| --- | --- |
| \`SIGTERM\`, \`SIGINT\` | answers what has come, and ends |
| \`SIGUSR1\` | reads the Corefile again; one that is wrong changes nothing |

## Exit status

| Status | Meaning |
| --- | --- |
| 0 | done, or ended by a signal |
| 1 | an error, which is on standard error |
| 2 | the command line is not understood |

## Files

| File | What it is |
| --- | --- |
| \`./Corefile\` | what is read without \`-conf\` |
| \`/etc/serviceentry-dns/Corefile\` | that of the service of the packages |

## Examples

${commands.map(({ examples }) => `\`\`\`\n${examples.join('\n')}\n\`\`\`\n`).join('\n')}
${seeAlso('**serviceentry-dns-corefile**(5)', '**serviceentry-dns-serviceentry**(7)', '**dig**(1)')}`;
}

function flags(command: Command): string {
  const rows = flagsOf(command).map((flag) => `| \`${cell(flagForm(flag))}\` | ${cell(escape(flag.text))} |`);
  return `| Flag | Meaning |\n| --- | --- |\n${rows.join('\n')}\n`;
}

function corefilePage(): string {
  const name = 'serviceentry-dns-corefile - the configuration of serviceentry-dns';
  const text = withoutContents(readFileSync('docs/configuration.md', 'utf8'));
  return `## Name\n\n${name}\n${text}${seeAlso('**serviceentry-dns**(1)', '**serviceentry-dns-serviceentry**(7)')}`;
}

/** Without what stands above the first heading but one: introduction and links to the headings. */
function withoutContents(markdown: string): string {
  return markdown.slice(markdown.indexOf('\n## '));
}

/** What whatis(1) reads is the name of the page, and one sentence without its stop. */
function pluginPage(name: string): string {
  const text = readFileSync(`src/plugins/${name}/README.md`, 'utf8');
  return `${text.replace(/^_(\w+)_ - (.*)\.$/m, 'serviceentry-dns-$1 - $2')}${seeAlso('**serviceentry-dns**(1)', '**serviceentry-dns-corefile**(5)')}`;
}

function seeAlso(...pages: readonly string[]): string {
  return `\n## See also\n\n${pages.join(', ')}\n`;
}

function escape(text: string): string {
  return text.replaceAll(/[[\]_*<]/g, '\\$&');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
