import { nameAt, nameLengthOf } from '../../../table/record.ts';
import { egressNamespace } from '../../../table/layout.ts';
import { readUint16, readUint32 } from '../../../wire/message.ts';

const asterisk = 0x2a;

/**
 * Whether the Sidecar whose record is at `sidecar` imports a host that ServiceEntries of a namespace have, for clients of
 * `clientId`; both are numbers of namespaces. The host's wire name stands at `host`, in `length` octets. It is what
 * `egressAllows` of the registry says, by search: it costs no more than the labels of the host times the logarithm of the
 * list.
 */
export function imports(
  arena: Uint8Array,
  sidecar: number,
  clientId: number,
  namespaceId: number,
  host: number,
  length: number,
): boolean {
  const end = host + length;
  let isImported = false;
  // The host itself, and `*` before each of its ends, of which the last is the root.
  for (let at = host; at < end; at += arena[at]! + 1) {
    const rules = findRules(arena, sidecar, at, end, at > host);
    if (rules < 0) continue;
    for (let left = readUint16(arena, rules), rule = rules + 2; left > 0; left--, rule += 4) {
      const value = readUint32(arena, rule);
      const namespace = value & ~egressNamespace.excludes;
      const isOf =
        namespace === egressNamespace.all || namespaceId === (namespace === egressNamespace.own ? clientId : namespace);
      if (!isOf) continue;
      if (value >= egressNamespace.excludes) return false;
      isImported = true;
    }
  }
  return isImported;
}

/**
 * Where the namespaces of an egress host stand (compile/sidecar-record.ts), or -1: of the name from `at` to `end`, with a
 * label `*` before it or without.
 */
function findRules(arena: Uint8Array, sidecar: number, at: number, end: number, isWildcard: boolean): number {
  const list = nameAt(sidecar) + nameLengthOf(arena, sidecar);
  let low = 0;
  let high = readUint16(arena, list);
  while (low < high) {
    const middle = (low + high) >> 1;
    const host = list + readUint32(arena, list + 2 + 4 * middle);
    const order = compare(arena, host, at, end, isWildcard);
    if (order === 0) return host + 1 + arena[host]!;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return -1;
}

/** Compares the egress host at `host` with a name, octet by octet. No name is the beginning of another. */
function compare(arena: Uint8Array, host: number, at: number, end: number, isWildcard: boolean): number {
  let from = host + 1;
  if (isWildcard) {
    if (arena[from] !== 1) return arena[from]! - 1;
    if (arena[from + 1] !== asterisk) return arena[from + 1]! - asterisk;
    from += 2;
  }
  for (; at < end; from++, at++) if (arena[from] !== arena[at]) return arena[from]! - arena[at]!;
  return 0;
}
