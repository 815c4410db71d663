import { InspectError, type BlockChange, type HostPage } from '../../plugins/inspection.ts';
import { changeText } from '../../registry/search/host-change.ts';
import { maxChanges, type HostQuery } from '../../registry/search/host-index.ts';
import { searchedAnswers, searchedTypes } from '../../registry/search/host-row.ts';
import type { InspectedBlock } from './inspector.ts';
import { rangeOf, rangeParameters } from './page-range.ts';

export const hostParameters = [
  'q',
  'zone',
  'namespace',
  'source',
  'export',
  'answer',
  'type',
  ...rangeParameters,
] as const;
/** Zones that are offered. */
const maxZones = 200;

/** Hosts of all server blocks, one block after the other. Throws InspectError for parameters that make no sense. */
export function hostPage(blocks: readonly InspectedBlock[], parameters: URLSearchParams): HostPage {
  const query = queryOf(parameters);
  const { offset, limit } = rangeOf(parameters);
  const hosts: HostPage['hosts'][number][] = [];
  let [all, total, isComplete] = [0, 0, true];
  for (const { keys, inspectable } of blocks) {
    const index = inspectable.hosts();
    isComplete &&= index.isComplete;
    all += index.size;
    const found = index.search(query);
    const start = Math.max(0, offset - total);
    const block = keys.join(' ');
    for (const row of found.slice(start, start + limit - hosts.length)) {
      hosts.push({ ...row, block, entries: inspectable.entriesOf(row) });
    }
    total += found.length;
  }
  return { isComplete, all, total, offset, hosts, choices: choicesIn(blocks) };
}

/** What has changed lately, the newest first. */
export function blockChanges(blocks: readonly InspectedBlock[]): BlockChange[] {
  const changes = blocks.flatMap(({ keys, inspectable }) =>
    inspectable.hosts().changes.map((change) => ({ change, block: keys.join(' ') })),
  );
  const newest = changes.sort((a, b) => b.change.atMs - a.change.atMs).slice(0, maxChanges);
  return newest.map(({ change, block }) => ({ ...changeText(change), block }));
}

function queryOf(parameters: URLSearchParams): HostQuery {
  const word = (name: string): string | undefined => {
    const text = parameters.get(name)?.trim();
    return text === '' ? undefined : text;
  };
  const name = (parameter: string): string | undefined => word(parameter)?.toLowerCase().replace(/\.$/, '');
  return {
    text: name('q'),
    below: name('zone'),
    namespace: word('namespace'),
    source: word('source'),
    export: word('export'),
    answer: oneOf('answer', word('answer'), searchedAnswers),
    type: oneOf('type', word('type'), searchedTypes),
  };
}

function oneOf<Word extends string>(name: string, text: string | undefined, words: readonly Word[]): Word | undefined {
  if (text === undefined) return undefined;
  const found = words.find((word) => word === text);
  if (found === undefined) throw new InspectError(`'${text}' is no ${name}; there are ${words.join(', ')}`);
  return found;
}

function choicesIn(blocks: readonly InspectedBlock[]): HostPage['choices'] {
  const words = blocks.map(({ inspectable }) => inspectable.hosts().words);
  const zones = blocks.flatMap((block) => block.zones).filter((zone) => zone !== '.');
  const union = (lists: readonly (readonly string[])[]): string[] => [...new Set(lists.flat())].sort();
  return {
    zones: union([zones.map((zone) => zone.slice(0, -1))]).slice(0, maxZones),
    namespaces: union(words.map(({ namespaces }) => namespaces)),
    sources: union(words.map(({ sources }) => sources)),
    exports: union(words.map(({ exports }) => exports)),
    answers: searchedAnswers,
    types: searchedTypes,
  };
}
