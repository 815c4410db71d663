import { encodeName } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';

/** A test of whether the name of a query is the zone or below it. `zone` is in presentation form. */
export function zoneScope(zone: string): (query: Query) => boolean {
  const wire = encodeName(zone);
  if (wire === undefined) return () => false;
  if (wire.length === 1) return () => true;
  const labels = countLabels(wire);
  return (query) => {
    const label = query.labelCount - labels;
    if (label < 0) return false;
    query.readName();
    const start = query.labels[label]!;
    // Label lengths are compared with the rest, so that a longer or shorter name differs before its end.
    for (let i = 0; i < wire.length; i++) if (query.lower[start + i] !== wire[i]) return false;
    return true;
  };
}

function countLabels(wire: Uint8Array): number {
  let count = 0;
  for (let at = 0; wire[at]! !== 0; at += wire[at]! + 1) count++;
  return count;
}
