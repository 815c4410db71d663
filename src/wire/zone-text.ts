// Names and zones as text, for what prints them or decides before there is a query; queries are matched by `ZoneMap`. All
// are in lower case.

/** Whether a name is the zone or below it, by whole labels; both with their trailing dot, or both without it. */
export function isAtOrBelow(name: string, zone: string): boolean {
  if (zone === '' || zone === '.' || name === zone) return true;
  return name.endsWith(zone) && name[name.length - zone.length - 1] === '.';
}

/** The zone, and those above it up to the root; all are absolute. */
export function* zonesFrom(zone: string): Generator<string> {
  for (let rest = zone; rest !== '' && rest !== '.'; rest = rest.slice(rest.indexOf('.') + 1)) yield rest;
  yield '.';
}

/** The longest zone, of those that `isZone` says yes to, that a name is at or below; both are absolute. */
export function longestZone(name: string, isZone: (zone: string) => boolean): string | undefined {
  for (const zone of zonesFrom(name)) if (isZone(zone)) return zone;
  return undefined;
}
