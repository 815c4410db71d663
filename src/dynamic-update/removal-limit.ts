/** How much one change may remove: names that are ours, as a number, or as a part of all with a least number. */
export type RemovalLimit =
  { readonly kind: 'names'; readonly names: number } | { readonly kind: 'percent'; readonly percent: number };

/** Of few names a part is less than one wants to remove by hand. */
const leastNames = 10;

export const defaultRemovalLimit: RemovalLimit = { kind: 'percent', percent: 10 };

/** `25` or `10%`; `undefined` for what is neither. */
export function parseRemovalLimit(text: string): RemovalLimit | undefined {
  const [, digits, sign] = /^(\d{1,9})(%?)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const number = Number(digits);
  if (sign === '') return { kind: 'names', names: number };
  return number <= 100 ? { kind: 'percent', percent: number } : undefined;
}

/** How many names may go of so many; a part is at least 10, unless it is 0%. */
export function allowedRemovals(limit: RemovalLimit, ownedNames: number): number {
  if (limit.kind === 'names') return limit.names;
  return limit.percent === 0 ? 0 : Math.max(leastNames, Math.floor((ownedNames * limit.percent) / 100));
}

export function removalLimitText(limit: RemovalLimit): string {
  return limit.kind === 'names' ? String(limit.names) : `${limit.percent}%`;
}
