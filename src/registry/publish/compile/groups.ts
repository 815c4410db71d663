import { familyOf } from '../../../wire/address.ts';
import type { ByteWriter } from '../../../table/byte-writer.ts';
import { localityOf } from '../../../table/locality.ts';
import type { AddressGroups } from '../../resolve/answer.ts';

/** Writes the groups of a record (table/layout.ts) that has so many addresses of each family: what is beyond them is cut off. */
export function writeGroups(out: ByteWriter, { groups, weights }: AddressGroups, v4: number, v6: number): void {
  const start = out.length;
  out.u32(0);
  out.u16(groups.length);
  out.u16(weights ? 1 : 0);
  const left = { v4, v6 };
  const parts = groups.map(({ addresses, endpointHostnames }) => {
    const ipv4 = addresses.filter((address) => familyOf(address) === 4).slice(0, left.v4);
    const ipv6 = addresses.filter((address) => familyOf(address) === 6).slice(0, left.v6);
    left.v4 -= ipv4.length;
    left.v6 -= ipv6.length;
    return [ipv4, ipv6, endpointHostnames] as const;
  });
  for (const [i, part] of parts.entries()) {
    const { region, zone, subzone } = localityOf(groups[i]!.locality);
    out.u32(region);
    out.u32(zone);
    out.u32(subzone);
    for (const list of part) out.u16(list.length);
    out.u16(0);
  }
  if (weights) {
    for (const kind of [0, 1, 2] as const) {
      for (const part of parts) {
        let sum = 0;
        for (const each of part[kind]) out.u32((sum += weights.get(each)!));
      }
    }
  }
  out.patch32(start, out.length - start);
}
