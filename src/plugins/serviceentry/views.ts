import { extraAt } from '../../registry/table/layout.ts';
import { readUint16, readUint32 } from '../../wire/message.ts';
import type { ClientFinder } from './clients.ts';

/** What decides which record a client gets. */
export type Client = Pick<ClientFinder, 'namespaceId' | 'isMeshed' | 'isLimited'>;

const entrySize = 12;

/**
 * The record for a client, within one of kind `views` (table/layout.ts): that of its namespace where it is listed, else
 * the common one, which clients of a limited namespace do not get. -1 where it sees nothing.
 */
export function selectView(arena: Uint8Array, record: number, client: Client): number {
  const list = extraAt(arena, record);
  let pair = list;
  if (client.namespaceId !== 0) {
    const own = findEntry(arena, list + 8, client.namespaceId);
    if (own >= 0) pair = own + 4;
    else if (client.isLimited) return -1;
  }
  const offset = readUint32(arena, client.isMeshed ? pair + 4 : pair);
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
