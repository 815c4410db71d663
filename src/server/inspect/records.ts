import { filterRecords, type RecordFilter } from '../../registry/export/filter.ts';
import { dnsEndpoints, terraformJson } from '../../registry/export/rrset-objects.ts';
import { recordJson, recordTable } from '../../registry/export/table.ts';
import { InspectError, type Asker } from '../../plugins/inspection.ts';
import type { Served } from '../../registry/export/served.ts';
import { checkAsker } from './asker.ts';
import type { Inspector } from './inspector.ts';

export const recordOutputs = ['table', 'json', 'zone', 'dnsendpoint', 'terraform'] as const;
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
 * Everything that is served to one kind of client, piece by piece: a table, a JSON array, zones, each behind a line `; zone APEX`, or
 * what external-dns and Terraform read. Throws InspectError for a client that is none.
 */
export function* recordsText(
  inspector: Inspector,
  asker: Asker,
  output: RecordOutput,
  filter: RecordFilter = {},
): Generator<string, undefined> {
  checkAsker(asker);
  const lists = inspector.inspected.map(({ keys, inspectable, reaches }) => {
    const list = (): Iterable<Served> => filterRecords(inspectable.served(asker, reaches), filter);
    return { keys, inspectable, list };
  });
  const all = (): Iterable<Served> => chained(lists.map(({ list }) => list));
  if (output === 'json') yield* recordJson(all());
  else if (output === 'terraform') yield* terraformJson(all());
  else if (output === 'dnsendpoint') yield* dnsEndpoints(all());
  else if (lists.length === 0) yield '; no server block has a serviceentry directive\n';
  else {
    for (const [index, { keys, inspectable, list }] of lists.entries()) {
      if (lists.length > 1) yield `${index === 0 ? '' : '\n'}; server block ${keys.join(' ')}\n`;
      if (output === 'table') yield* recordTable(list);
      else yield* inspectable.zoneText(list());
    }
  }
  return undefined;
}

function* chained(lists: readonly (() => Iterable<Served>)[]): Iterable<Served> {
  for (const list of lists) yield* list();
}
