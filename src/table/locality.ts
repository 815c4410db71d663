/**
 * Where a client or an endpoint is (`region/zone/subzone`), as numbers: hashes of the region, of region and zone, and of all three; 0 for
 * a part that is not said. So localities are compared without their texts and without a list of them. Two that happen to have one hash count
 * as one place: that changes an order and nothing else.
 */
export interface Locality {
  readonly region: number;
  readonly zone: number;
  readonly subzone: number;
}

/** Nothing is known. */
export const nowhere: Locality = Object.freeze({ region: 0, zone: 0, subzone: 0 });

/** The largest of `distance`: another region, or one that is not said. */
export const farthest = 3;

/** Reads `region/zone/subzone`, of which the later parts may be missing; what comes behind them is not looked at. */
export function localityOf(text: string): Locality {
  const [region = '', zone = '', subzone = ''] = text.split('/');
  if (region === '') return nowhere;
  if (zone === '') return { region: hash(region), zone: 0, subzone: 0 };
  const both = `${region}/${zone}`;
  return { region: hash(region), zone: hash(both), subzone: subzone === '' ? 0 : hash(`${both}/${subzone}`) };
}

/**
 * How far a place is from a client, by Istio's levels: 0 the same as far as the client's locality says, 1 the same zone, 2 the same
 * region, 3 another one. Of a client of which nothing is known everything is as far.
 */
export function distance(client: Locality, region: number, zone: number, subzone: number): number {
  if (client.region === 0) return 0;
  if (client.region !== region) return farthest;
  if (client.zone === 0) return 0;
  if (client.zone !== zone) return 2;
  return client.subzone === 0 || client.subzone === subzone ? 0 : 1;
}

/** How far a locality that is written as text is from a client. */
export function distanceTo(client: Locality, text: string): number {
  const { region, zone, subzone } = localityOf(text);
  return distance(client, region, zone, subzone);
}

/** The priority of an SRV record (docs/semantics.md section 6): 0 for the same zone, 1 for the same region, 2 for the rest. */
export function priorityOf(distanceOfTarget: number): number {
  return Math.max(0, distanceOfTarget - 1);
}

/** FNV-1a of the UTF-16 code units, in 32 bits; never 0. */
function hash(text: string): number {
  let value = 0x811c_9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x0100_0193);
  return value >>> 0 || 1;
}
