import { encodeName } from '../../../wire/name.ts';
import type { EgressHost } from '../../model/object.ts';
import { egressNamespace, pseudoName } from '../../../table/layout.ts';
import { ByteWriter } from '../../../table/byte-writer.ts';
import { numberName, pseudoRecord } from './pseudo-record.ts';

/**
 * The egress hosts of a Sidecar in table form, to be found by search. Behind the name of the record:
 *
 *     u16 hosts, each: u32 offset of it from here, in the order of their names' octets
 *     host: u8 octets of a name, name (`*` for all; of `*.suffix` the first label is `*`), u16 count,
 *           each: u32 number of a namespace or one of `egressNamespace`, with `excludes` in it where it excludes
 *
 * `idOf` gives the numbers of namespaces.
 */
export function sidecarRecord(
  number: number,
  egressHosts: readonly EgressHost[],
  idOf: (namespace: string) => number,
): Uint8Array {
  const hosts = new Map<string, { name: Uint8Array; namespaces: number[] }>();
  for (const { namespace, host } of egressHosts) {
    const name = encodeName(host);
    if (!name) continue;
    const known = hosts.get(host) ?? { name, namespaces: [] };
    hosts.set(host, known);
    known.namespaces.push(ruleOf(namespace, idOf));
  }
  const sorted = [...hosts.values()].toSorted((a, b) => Buffer.compare(a.name, b.name));
  const ownName = numberName(pseudoName.sidecar, number);
  const out = new ByteWriter();
  out.u16(sorted.length);
  const offsetsAt = out.length;
  out.skip(4 * sorted.length);
  sorted.forEach(({ name, namespaces }, i) => {
    out.patch32(offsetsAt + 4 * i, out.length);
    out.u8(name.length);
    out.bytes(name);
    out.u16(namespaces.length);
    for (const rule of namespaces) out.u32(rule);
  });
  return pseudoRecord({ kind: 'sidecar', name: ownName, number, rest: out.view() });
}

function ruleOf(namespace: string, idOf: (namespace: string) => number): number {
  const excludes = namespace.startsWith('~');
  const name = excludes ? namespace.slice(1) : namespace;
  const id = name === '' || name === '*' ? egressNamespace.all : name === '.' ? egressNamespace.own : idOf(name);
  return excludes ? (id | egressNamespace.excludes) >>> 0 : id;
}
