import { kindOf, extraAt } from '../../../table/record.ts';
import { recordKind } from '../../../table/layout.ts';
import { readUint16, readUint32 } from '../../../wire/message.ts';
import type { ClientFinder } from './client-finder.ts';

/** What decides which record a client gets. */
export type Client = Pick<ClientFinder, 'namespaceId' | 'isMeshed' | 'limit'>;

const entrySize = 12;

/**
 * The record for a client, within one of kind `views` (table/layout.ts): that of its namespace where it is listed, else
 * the common one. -1 where it sees nothing. What a Sidecar limits is not looked at.
 */
export function selectView(arena: Uint8Array, record: number, client: Client): number {
  const list = extraAt(arena, record);
  const own = client.namespaceId === 0 ? -1 : findEntry(arena, list + 8, client.namespaceId);
  return recordOf(arena, record, own < 0 ? list : own + 4, client);
}

/** The record for a client, of whatever kind the one is that it lies in. */
export function viewFor(arena: Uint8Array, record: number, client: Client): number {
  return kindOf(arena, record) === recordKind.views ? selectView(arena, record, client) : record;
}

/** The record for most clients whose traffic is captured as this client's is, within one of kind `views`; -1 for none. */
export function commonView(arena: Uint8Array, record: number, client: Client): number {
  return recordOf(arena, record, extraAt(arena, record), client);
}

function recordOf(arena: Uint8Array, record: number, pair: number, { isMeshed }: Client): number {
  const offset = readUint32(arena, isMeshed ? pair + 4 : pair);
  return offset === 0 ? -1 : record + offset;
}

/** Binary search: a host may be exported to thousands of namespaces. */
function findEntry(arena: Uint8Array, list: number, namespaceId: number): number {
  let low = 0;
  let high = readUint16(arena, list);
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = list + 2 + middle * entrySize;
    const id = readUint32(arena, at);
    if (id === namespaceId) return at;
    if (id < namespaceId) low = middle + 1;
    else high = middle;
  }
  return -1;
}
