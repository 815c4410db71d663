import type { HostRow } from './host-row.ts';

/** Items of one field that are named. */
const maxNamed = 8;

/** Something that became different about a host. One of the two rows may be missing. */
export interface HostChange {
  /** Unix time in milliseconds. */
  readonly atMs: number;
  readonly before: HostRow | undefined;
  readonly after: HostRow | undefined;
}

/** A change in words. */
export interface ChangeText {
  readonly atMs: number;
  readonly host: string;
  readonly what: 'added' | 'removed' | 'changed';
  /** What is different, a field each: `addresses: + 10.0.0.2, − 10.0.0.1`. */
  readonly details: readonly string[];
}

const fields: readonly (readonly [label: string, itemsOf: (row: HostRow) => readonly string[]])[] = [
  ['answer', ({ answers }) => answers],
  ['addresses', ({ targets }) => words(targets)],
  ['services', ({ services }) => words(services)],
  ['TTL', ({ ttl }) => [`${ttl} s`]],
  ['namespaces', ({ namespaces }) => namespaces],
  ['exported to', ({ exports }) => exports],
  ['sources', ({ sources }) => sources],
  ['records', ({ types }) => types],
];

/** Says what is different between the two rows. */
export function changeText({ atMs, before, after }: HostChange): ChangeText {
  const { host } = (after ?? before)!;
  const what = !before ? 'added' : !after ? 'removed' : 'changed';
  const details = fields.flatMap(([label, itemsOf]) => {
    const old = before ? itemsOf(before) : [];
    const now = after ? itemsOf(after) : [];
    // What a host was is not taken apart when it goes: only what clients have lost is said.
    if (what !== 'changed' && label !== 'addresses' && label !== 'namespaces') return [];
    const parts = [
      ...named(
        '+ ',
        now.filter((item) => !old.includes(item)),
      ),
      ...named(
        '− ',
        old.filter((item) => !now.includes(item)),
      ),
    ];
    return parts.length === 0 ? [] : [`${label}: ${parts.join(', ')}`];
  });
  return { atMs, host, what, details };
}

/** Whether two rows of a host say the same. */
export function isSameRow(a: HostRow | undefined, b: HostRow | undefined): boolean {
  if (!a || !b) return a === b;
  return fields.every(([, itemsOf]) => {
    const [left, right] = [itemsOf(a), itemsOf(b)];
    return left === right || (left.length === right.length && left.every((item, i) => item === right[i]));
  });
}

function named(sign: string, items: readonly string[]): string[] {
  const shown = items.slice(0, maxNamed).map((item) => `${sign}${item}`);
  return items.length > maxNamed ? [...shown, `${sign}${items.length - maxNamed} more`] : shown;
}

function words(text: string): readonly string[] {
  return text === '' ? [] : text.split(' ');
}
