import { objectKey } from '../../../model/object.ts';
import { textOfObject, withOrigin } from '../../../store/object-text.ts';
import type { Rejection } from '../../../model/rejection.ts';
import { maxClaims, type Claim, type FilePlace, type LoadedDocument, type ReadObject } from '../declaration.ts';

/** Lists in lists, at most. */
const maxListDepth = 4;

/** A document that was parsed, with what is known of where it stood. */
export interface ParsedDocument {
  readonly place: FilePlace;
  readonly hash: string;
  readonly line: number;
  readonly position: number;
  /** ` items[3]` for an item of a list. */
  readonly label: string;
  readonly value: unknown;
}

interface Item {
  readonly value: unknown;
  readonly label: string;
}

/**
 * Makes slim objects of one parsed document: itself, or the items of a list (`kind` ends in `List`), in documents of at most
 * `maxClaims`. There is at least one.
 *
 * @param onSkipped is told of objects of kinds that are not for us
 */
export function* readDocument(
  document: ParsedDocument,
  readObject: ReadObject,
  onSkipped: (origin: string, what: string) => void,
): Generator<LoadedDocument, undefined> {
  const { place, hash, line, position, value, label } = document;
  const prefix = `${place.path}:`;
  const items: Item[] = [];
  let claims: Claim[] = [];
  const rejections: Rejection[] = [];
  flatten({ value, label }, 0, items, (label, message) => {
    rejections.push({ reason: 'object', object: '', field: '', message, origin: prefix + `${line}${label}` });
  });
  for (const [number, item] of items.entries()) {
    const origin = { text: `${prefix}${line}${item.label}` };
    const result = readObject(item.value, origin);
    if (result.type === 'skipped') {
      onSkipped(origin.text, result.what);
      continue;
    }
    for (const rejection of result.rejections) rejections.push(rejection);
    if (result.type === 'rejected') continue;
    if (claims.length === maxClaims) {
      yield { place, hash, line, position, claims, rejections: [] };
      claims = [];
    }
    claims.push({
      key: objectKey(result.object),
      item: number,
      label: item.label,
      text: textOfObject(result.object),
    });
  }
  yield { place, hash, line, position, claims, rejections };
  return undefined;
}

/** The same document with its text further up or down: nothing has to be read again. */
export function moveDocument(document: LoadedDocument, lines: number, octets: number): LoadedDocument {
  if (lines === 0 && octets === 0) return document;
  const line = document.line + lines;
  const position = document.position + octets;
  const claims = document.claims.map((claim): Claim => {
    const origin = `${document.place.path}:${line}${claim.label}`;
    return { ...claim, text: claim.text === undefined ? undefined : withOrigin(claim.text, origin) };
  });
  return { ...document, line, position, claims };
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
    flatten({ value: withType(value, type), label: `${item.label} items[${index}]` }, depth + 1, into, reject),
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
