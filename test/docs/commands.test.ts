import { describe, expect, test } from 'vitest';
import { explanationText } from '../../src/cli/explain-text.ts';
import { explainUsage, readInspectFlags, recordsUsage } from '../../src/cli/inspect-flags.ts';
import { inspectLocally } from '../../src/cli/local.ts';
import { recordFilter, recordsText } from '../../src/server/inspect/records.ts';
import { codeSpans, fencedBlocks, section, tableRows } from './markdown.ts';

const document = 'docs/debugging.md';
const shell = fencedBlocks(document).filter(({ text }) => /^\$ serviceentry-dns (explain|records) /.test(text));

/** The time of the last change is another each time. */
function withoutSerial(text: string): string {
  return text.replaceAll(/(SOA\t\S+ \S+) \d+/g, '$1 SERIAL');
}

async function output(command: string): Promise<string> {
  const [call = '', filter] = command.split(' | grep ');
  const [, name, ...args] = call.split(' ');
  const result = readInspectFlags(name as 'explain' | 'records', args);
  if (result.type !== 'flags') throw new Error(JSON.stringify(result));
  const { flags } = result;
  const text = await inspectLocally(flags.conf, flags.defaultPort, 1, false, async (inspector) =>
    flags.command === 'explain'
      ? explanationText(await inspector.explain(flags))
      : [
          ...recordsText(
            inspector,
            flags,
            flags.output,
            recordFilter(flags.name, flags.type, flags.from, flags.output),
          ),
        ].join(''),
  );
  if (filter === undefined) return text;
  const lines = text.split('\n').filter((line) => line.includes(filter));
  return `${lines.join('\n')}\n`;
}

describe('transcripts of explain and records', () => {
  test('there are some of both', () => {
    const commands = shell.map(({ text }) => text.split(' ')[2]);
    expect(commands.filter((command) => command === 'explain').length).toBeGreaterThan(2);
    expect(commands).toContain('records');
  });

  test.each(shell)('$place', async ({ text }) => {
    const [command = '', ...lines] = text.split('\n');
    expect(withoutSerial(await output(command.slice(2)))).toBe(withoutSerial(lines.join('\n')));
  });
});

describe.each([
  ['explain', 'Why a name is answered as it is', explainUsage],
  ['records', 'What is served', recordsUsage],
] as const)('flags of %s', (command, heading, usage) => {
  const documented = tableRows(section(document, heading)).flatMap(([flag]) => codeSpans(flag!));
  const known = Array.from(usage.matchAll(/^ {2}(-[\w.]+)/gm), ([, flag]) => flag!);

  test('are all in the table, and no others', () => {
    const names = documented.map((flag) => flag.split(' ')[0]);
    expect(names.filter((flag) => flag !== '-help' && flag !== '-h').sort()).toEqual(known.sort());
  });

  test.each(documented)('%s is understood', (flag) => {
    const words = flag.replace(/ (N|IP|NS|NS\[\/NAME\]|TYPE|URL|DIR|FILE|F)$/, (_, what: string) =>
      what === 'N' ? ' 53' : what === 'F' ? ' json' : ' x',
    );
    const more = command === 'explain' ? ['a.test'] : [];
    const needed = flag.startsWith('-directory') ? ['-output', 'zone'] : [];
    expect(readInspectFlags(command, [...more, ...needed, ...words.split(' ')]).type).toMatch(/^(flags|help)$/);
  });
});
