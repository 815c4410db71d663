import { filterRecords, type RecordFilter } from '../../registry/export/filter.ts';
import { recordJson, recordTable } from '../../registry/export/table.ts';
import { servedRecords, type Served } from '../../registry/export/served.ts';
import type { View } from '../../registry/resolve/visibility.ts';
import { zoneOf } from '../../registry/explain/match.ts';
import { zoneFiles } from '../../registry/export/zone-files.ts';
import { InspectError } from './inspect-error.ts';
import type { Asker, InspectedRegistry, Inspector } from './inspector.ts';

export const recordOutputs = ['table', 'json', 'zone'] as const;
const recordTypes = ['A', 'AAAA', 'SRV', 'PTR', 'SOA', 'NS'] as const;
export type RecordOutput = (typeof recordOutputs)[number];

/** A filter as people write it: a name with or without its last dot, in any case. Throws InspectError for what is none. */
export function recordFilter(
  name: string | undefined,
  type: string | undefined,
  source: string | undefined,
  output: RecordOutput,
): RecordFilter {
  if (output === 'zone' && (name ?? type ?? source) !== undefined)
    throw new InspectError('zones are written whole: a name, a type and a source go with table and json only');
  const upper = type?.toUpperCase();
  const known = recordTypes.find((each) => each === upper);
  if (upper !== undefined && known === undefined)
    throw new InspectError(`no records of type '${type!}' are made; there are ${recordTypes.join(', ')}`);
  return { below: name === undefined ? undefined : `${name.toLowerCase().replace(/\.$/, '')}.`, type: upper, source };
}

/**
 * Everything that is served to one kind of client, piece by piece: a table, a JSON array, or zones, each behind a line
 * `; zone APEX`. Throws InspectError for a client that is none.
 */
export function* recordsText(
  inspector: Inspector,
  asker: Asker,
  output: RecordOutput,
  filter: RecordFilter = {},
): Generator<string, undefined> {
  const lists = inspector.registries.map((inspected) => {
    // Asked for before anything is written.
    const view = inspector.viewOf(asker, inspected);
    return { inspected, list: () => filterRecords(servedBy(inspector, inspected, view), filter) };
  });
  if (lists.length === 0) yield output === 'json' ? '[]\n' : '; no server block has a serviceentry directive\n';
  else if (output === 'json') yield* recordJson(chained(lists.map(({ list }) => list)));
  else {
    for (const [index, { inspected, list }] of lists.entries()) {
      if (lists.length > 1) yield `${index === 0 ? '' : '\n'}; server block ${inspector.keysOf(inspected).join(' ')}\n`;
      if (output === 'table') yield* recordTable(list);
      else yield* zonesText(inspected, list());
    }
  }
  return undefined;
}

/** Everything that a registry serves to one kind of client. */
export function servedBy(inspector: Inspector, inspected: InspectedRegistry, view: View): Iterable<Served> {
  const { registry, config, serial } = inspected;
  const { serverAddresses, negativeTtl, fallthrough = [] } = config;
  const { zones } = config.registry;
  const reaches = (name: string): boolean => inspector.reaches(inspected, name);
  const isClosed = (name: string): boolean => {
    return zoneOf(name, zones) !== undefined && zoneOf(name, fallthrough) === undefined;
  };
  return servedRecords(registry, { view, serverAddresses, serial, negativeTtl, reaches, isClosed });
}

function* zonesText({ config, serial }: InspectedRegistry, list: Iterable<Served>): Iterable<string> {
  const { serverAddresses, negativeTtl } = config;
  const { zones: ownZones, ttl } = config.registry;
  const { zones, remarks } = zoneFiles(list, { ownZones, serverAddresses, serial, ttl, negativeTtl });
  for (const { apex, text } of zones) yield `; zone ${apex}\n${text}\n`;
  if (remarks.length > 0) yield `; in no zone\n${remarks.join('\n')}\n`;
}

function* chained(lists: readonly (() => Iterable<Served>)[]): Iterable<Served> {
  for (const list of lists) yield* list();
}
