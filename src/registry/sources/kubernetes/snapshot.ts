import { createHash } from 'node:crypto';
import type { RegistryObject } from '../../model/object.ts';
import { LineSplitter } from '../../../kubernetes/lines.ts';

/** The state of one cluster. */
export interface ClusterSnapshot {
  readonly name: string;
  /** Those that `namespace_labels` selects; empty without it. */
  readonly namespaces: readonly string[];
  readonly objects: Iterable<{ readonly uid: string; readonly object: RegistryObject }>;
}

export interface Snapshot {
  /** Configuration of the source. */
  readonly key: string;
  /** Unix time in milliseconds of the state. */
  readonly savedMs: number;
  readonly clusters: readonly ClusterSnapshot[];
}

/** Its number is increased whenever the form of slim objects changes. */
const format = 'serviceentry-dns snapshot 3';
/** Objects in a piece of text: a few milliseconds. */
const objectsPerChunk = 200;
/** The first line begins with it. */
const beginning = JSON.stringify({ format }).slice(0, -1);
/** No object is so long. */
const maxLineBytes = 64 * 1024 * 1024;

/**
 * The text of a snapshot, in pieces. With the right hash it was written by this program, so that objects need not be validated
 * again when it is read.
 *
 *     {"format": ..., "key": ..., "savedMs": ...}
 *     {"cluster": ..., "namespaces": [...]}            for each cluster, followed by its objects
 *     {"uid": ..., "object": {...}}
 *     {"sha256": ...}                                  of all lines before
 */
export function* writeSnapshot({ key, savedMs, clusters }: Snapshot): Iterable<string> {
  const hash = createHash('sha256');
  let text = '';
  const add = (value: unknown): void => {
    text += `${JSON.stringify(value, toPlain)}\n`;
  };
  add({ format, key, savedMs });
  for (const { name, namespaces, objects } of clusters) {
    add({ cluster: name, namespaces });
    let count = 0;
    for (const object of objects) {
      add(object);
      if (++count % objectsPerChunk > 0) continue;
      hash.update(text);
      yield text;
      text = '';
    }
  }
  hash.update(text);
  yield text + endOf(hash.digest('hex'));
}

/** A file that is read in pieces. */
export interface SnapshotBytes {
  readonly size: number;
  /** `length` octets from a position. */
  read(position: number, length: number): Promise<Uint8Array>;
}

/** A line of a snapshot. */
export type SnapshotLine =
  | { readonly savedMs: number; readonly key: string }
  | { readonly cluster: string; readonly namespaces: readonly string[] }
  | { readonly uid: string; readonly object: RegistryObject };

const pieceBytes = 256 * 1024;
const endBytes = endOf('0'.repeat(64)).length;

/** Whether the snapshot is complete, and of this format. Rejects where it cannot be read. */
export async function isWhole(bytes: SnapshotBytes): Promise<boolean> {
  const hash = createHash('sha256');
  const bodyBytes = bytes.size - endBytes;
  if (bodyBytes <= 0) return false;
  for (let at = 0; at < bodyBytes; at += pieceBytes) {
    const piece = await bytes.read(at, Math.min(pieceBytes, bodyBytes - at));
    if (at === 0 && !Buffer.from(piece).toString().startsWith(beginning)) return false;
    hash.update(piece);
  }
  const end = Buffer.from(await bytes.read(bodyBytes, endBytes)).toString();
  return end === endOf(hash.digest('hex'));
}

/** The lines of a complete snapshot, for each piece that is read. */
export async function* readSnapshot(bytes: SnapshotBytes): AsyncIterable<Iterable<SnapshotLine>> {
  const bodyBytes = bytes.size - endBytes;
  const splitter = new LineSplitter(maxLineBytes);
  for (let at = 0; at < bodyBytes; at += pieceBytes) {
    yield linesOf(splitter, await bytes.read(at, Math.min(pieceBytes, bodyBytes - at)));
  }
}

function* linesOf(splitter: LineSplitter, piece: Uint8Array): Iterable<SnapshotLine> {
  for (const line of splitter.push(piece)) yield fromPlain(JSON.parse(line)) as SnapshotLine;
}

function endOf(sha256: string): string {
  return `${JSON.stringify({ sha256 })}\n`;
}

/** What JSON does not have: maps become `{"$": [[key, value]...]}`, `undefined` becomes `{"$": 0}`. */
function toPlain(_key: string, value: unknown): unknown {
  if (value === undefined) return { $: 0 };
  return value instanceof Map ? { $: [...(value as Map<unknown, unknown>)] } : value;
}

function fromPlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(fromPlain);
  if ('$' in value) {
    const { $ } = value;
    return Array.isArray($) ? new Map(fromPlain($) as [unknown, unknown][]) : undefined;
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fromPlain(each)]));
}
