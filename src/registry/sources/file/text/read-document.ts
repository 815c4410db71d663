import type { ReadResult } from '../../../decode/object.ts';
import { itemLabel, type ReadObject } from '../declaration.ts';

/** Lists in lists, at most. */
const maxListDepth = 4;

/** Where a parsed value is from. */
export interface ValuePlace {
  readonly path: string;
  readonly line: number;
  /** As `labelOf` has it. */
  readonly label: string;
}

/** What became of one object of a document, or of what should be one. */
export interface DocumentItem {
  /** Number in the document. */
  readonly item: number;
  readonly label: string;
  readonly result: ReadResult;
}

interface Item {
  readonly value: unknown;
  readonly label: string;
}

/** Decodes the objects of one parsed document: itself, or the items of a list (`kind` ends in `List`). */
export function* readDocument(
  value: unknown,
  { path, line, label }: ValuePlace,
  readObject: ReadObject,
): Generator<DocumentItem, undefined> {
  const prefix = `${path}:${line}`;
  const items: Item[] = [];
  const faults: DocumentItem[] = [];
  flatten({ value, label }, 0, items, (label, message) => {
    const rejection = { reason: 'object', object: '', field: '', message, origin: prefix + label } as const;
    faults.push({ item: 0, label, result: { type: 'rejected', rejections: [rejection] } });
  });
  yield* faults;
  for (const [item, { value, label }] of items.entries())
    yield { item, label, result: readObject(value, { text: prefix + label }) };
  return undefined;
}

/**
 * What the items of a list without a kind of their own are: `ServiceEntryList` as the API server writes it. `undefined`
 * when the value is no list.
 */
export function listItemType(value: unknown): { kind?: unknown; apiVersion?: unknown } | undefined {
  if (!isRecord(value) || typeof value.kind !== 'string' || !value.kind.endsWith('List')) return undefined;
  const kind = value.kind.slice(0, -'List'.length);
  return kind === '' ? {} : { kind, apiVersion: value.apiVersion };
}

/** Gives an item the type of its list, where it says none itself. */
export function withType(item: unknown, type: { kind?: unknown; apiVersion?: unknown }): unknown {
  return isRecord(item) && item.kind === undefined ? { ...type, ...item } : item;
}

function flatten(item: Item, depth: number, into: Item[], reject: (label: string, message: string) => void): void {
  const type = listItemType(item.value);
  const { kind, items } = isRecord(item.value) ? item.value : { kind: undefined, items: undefined };
  if (type === undefined || (items === undefined && kind !== 'List')) {
    into.push(item);
    return;
  }
  if (items === undefined || items === null) return;
  if (!Array.isArray(items)) {
    reject(item.label, `items of the list is ${typeName(items)}, expected an array`);
    return;
  }
  if (depth === maxListDepth) {
    reject(item.label, `lists in lists, expected at most ${maxListDepth} levels`);
    return;
  }
  items.forEach((value: unknown, index) =>
    flatten({ value: withType(value, type), label: item.label + itemLabel(index) }, depth + 1, into, reject),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return `a ${typeof value}`;
}
