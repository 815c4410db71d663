import type { Query } from '../../wire/query.ts';

/** Whether the name of the query, which was read, is one of the zones or below it. Zones are lower-case wire names. */
export function isBelowAny(query: Query, zones: readonly Uint8Array[]): boolean {
  for (const zone of zones) if (isBelow(query, zone)) return true;
  return false;
}

function isBelow(query: Query, zone: Uint8Array): boolean {
  const { lower, nameLength, labels, labelCount } = query;
  const start = nameLength - zone.length;
  if (start < 0) return false;
  for (let i = 0; i < zone.length; i++) if (lower[start + i] !== zone[i]) return false;
  // The octets of the zone may also stand inside a label: only where a label starts do they mean the zone.
  if (zone.length === 1) return true;
  for (let label = labelCount - 1; label >= 0; label--) {
    const labelStart = labels[label]!;
    if (labelStart <= start) return labelStart === start;
  }
  return false;
}
