import { encodeName } from '../../wire/name.ts';
import { isWildcard } from '../host.ts';
import type { HostAnswer } from '../resolve/answer.ts';
import { ViewMap } from '../resolve/view-map.ts';
import { recordFlag } from '../table/layout.ts';
import type { NameRecord } from './compile.ts';

/** A name of the table with its records for all clients. */
export interface ViewedName {
  /** As in the registry: lower-case, without trailing dot. */
  readonly text: string;
  readonly name: Uint8Array;
  readonly records: ViewMap<NameRecord | undefined>;
}

/** The names of a host: its own first, then one for each of its endpoints. Empty where the host is no name. */
export function namesOf(host: string, answers: ViewMap<HostAnswer | undefined>): ViewedName[] {
  const name = encodeName(host);
  if (!name) return [];
  const labels = new Set<string>();
  for (const answer of answers.values()) for (const label of answer?.endpoints.keys() ?? []) labels.add(label);
  const below: ViewedName[] = [];
  for (const label of labels) {
    const text = `${label}.${host}`;
    // A name over 255 octets cannot be asked for.
    const endpointName = encodeName(text);
    if (!endpointName) continue;
    const records = answers.map((answer) => {
      const addresses = answer?.endpoints.get(label);
      if (!answer || !addresses) return undefined;
      return { name: endpointName, kind: answer.kind, flags: recordFlag.endpoint, ttl: answer.ttl, addresses };
    });
    below.push({ text, name: endpointName, records });
  }
  const wildcard = isWildcard(host) ? recordFlag.wildcard : 0;
  const own = answers.map((answer): NameRecord | undefined => {
    if (!answer) return undefined;
    const { kind, ttl, addresses, live, services, endpoints } = answer;
    const flags = wildcard | (wildcard && endpoints.size > 0 ? recordFlag.hasEndpointNames : 0);
    return { name, kind, flags, ttl, addresses, live, services, endpoints };
  });
  return [{ text: host, name, records: own }, ...below];
}

/** The same record for everybody. */
export function uniformName(text: string, record: NameRecord): ViewedName {
  return { text, name: record.name, records: ViewMap.uniform<NameRecord | undefined>(record) };
}
