import type { Work } from '../../../runtime/sliced-work.ts';
import { isAtOrBelow } from '../../../wire/zone-text.ts';
import type { HostsConfig } from '../config.ts';
import type { HostEntries } from './entries.ts';
import { reverseNameOf } from './reverse.ts';

const namesAtATime = 1024;

/**
 * The zones where this server says which names exist: unknown ones are NXDOMAIN. That is none where they go to the next plugin, and not
 * the root, for nobody here knows all names of the world. Absolute.
 */
export function denyingZones({ zones, fallthrough = [] }: Pick<HostsConfig, 'zones' | 'fallthrough'>): string[] {
  return zones.filter((zone) => zone !== '.' && !fallthrough.some((other) => isAtOrBelow(zone, other)));
}

/** Whether a name (without trailing dot) is at or below one of the zones (absolute), in time that their number does not matter to. */
export function zoneTest(zones: readonly string[]): (name: string) => boolean {
  if (zones.includes('.')) return () => true;
  const bare = new Set(zones.map((zone) => zone.slice(0, -1)));
  return (name) => {
    for (let rest = name; ; rest = rest.slice(rest.indexOf('.') + 1)) {
      if (bare.has(rest)) return true;
      if (!rest.includes('.')) return false;
    }
  };
}

/** Has everything between a name and the apex of its zone exist (RFC 8020), and the apex itself. */
export function* addEmptyNonTerminals(entries: HostEntries, zones: readonly string[]): Work<void> {
  if (zones.length === 0) return;
  const { addresses, pointers, empty } = entries;
  const isInZone = zoneTest(zones);
  for (const zone of zones) empty.add(zone.slice(0, -1));
  const addAbove = (name: string): void => {
    for (let dot = nextDot(name, 0); dot >= 0; dot = nextDot(name, dot + 1)) {
      const parent = name.slice(dot + 1);
      if (empty.has(parent) || !isInZone(parent) || entries.isFull) return;
      empty.add(parent);
    }
  };
  let names = 0;
  for (const name of addresses.keys()) {
    addAbove(name);
    if (++names % namesAtATime === 0) yield;
  }
  if (!zones.some((zone) => zone.endsWith('arpa.'))) return;
  for (const address of pointers.keys()) {
    addAbove(reverseNameOf(address));
    if (++names % namesAtATime === 0) yield;
  }
}

/** Index of the next dot that no backslash escapes, or -1. */
function nextDot(name: string, from: number): number {
  let dot = name.indexOf('.', from);
  while (dot > 0 && name[dot - 1] === '\\') dot = name.indexOf('.', dot + 1);
  return dot;
}
