import { encodeName } from '../../wire/name.ts';
import { isWildcard } from '../host.ts';
import type { HostAnswer } from '../resolve/answer.ts';
import type { ViewMap } from '../resolve/view-map.ts';
import { recordFlag } from '../table/layout.ts';
import type { NameRecord } from './compile.ts';

/** The name of an endpoint with its records for all clients. */
export interface ViewedName {
  /** The label below the host. */
  readonly label: string;
  /** As in the registry: lower-case, without trailing dot. */
  readonly text: string;
  readonly name: Uint8Array;
  readonly records: ViewMap<NameRecord | undefined>;
}

/** The record of a host's own name. */
export function ownRecord(name: Uint8Array, host: string, answer: HostAnswer): NameRecord {
  const { kind, ttl, addresses, live, services, endpoints } = answer;
  const wildcard = isWildcard(host) ? recordFlag.wildcard : 0;
  const flags = wildcard | (wildcard && endpoints.size > 0 ? recordFlag.hasEndpointNames : 0);
  return { name, kind, flags, ttl, addresses, live, services, endpoints };
}

/** The names below a host, one for each of its endpoints. A name over 255 octets cannot be asked for, and is left out. */
export function namesOf(host: string, answers: ViewMap<HostAnswer | undefined>): ViewedName[] {
  const below: ViewedName[] = [];
  for (const label of labelsOf(answers)) {
    const text = `${label}.${host}`;
    const name = encodeName(text);
    if (!name) continue;
    const records = answers.map((answer): NameRecord | undefined => {
      const addresses = answer?.endpoints.get(label);
      if (!answer || !addresses) return undefined;
      return { name, kind: answer.kind, flags: recordFlag.endpoint, ttl: answer.ttl, addresses };
    });
    below.push({ label, text, name, records });
  }
  return below;
}

function labelsOf(answers: ViewMap<HostAnswer | undefined>): Iterable<string> {
  if (answers.isUniform) return answers.others.plain?.endpoints.keys() ?? [];
  const labels = new Set<string>();
  for (const answer of answers.values()) for (const label of answer?.endpoints.keys() ?? []) labels.add(label);
  return labels;
}
