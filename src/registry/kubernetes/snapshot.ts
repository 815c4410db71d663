import { createHash } from 'node:crypto';
import type { RegistryObject } from '../object.ts';

/** What a cluster held. */
export interface ClusterSnapshot {
  readonly name: string;
  /** Those whose labels match, where that is asked. */
  readonly namespaces: readonly string[];
  readonly objects: Iterable<{ readonly uid: string; readonly object: RegistryObject }>;
}

export interface Snapshot {
  /** What the Corefile says of the source. */
  readonly key: string;
  /** Unix time in milliseconds when all of it was true. */
  readonly savedMs: number;
  readonly clusters: readonly ClusterSnapshot[];
}

/** Goes up whenever slim objects change their form. */
const format = 'serviceentry-dns snapshot 1';
/** Objects that are written in one go: a few milliseconds. */
const objectsPerChunk = 1000;

/**
 * Text of a snapshot in pieces: a line with the head, a line per cluster and per object, and a line with the hash of all
 * that. What has the right hash was written by this program, so that objects need not be checked once more.
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
  yield `${text}${JSON.stringify({ sha256: hash.digest('hex') })}\n`;
}

/** `undefined` where the text is not whole, or of another format. */
export function readSnapshot(text: string): Snapshot | undefined {
  const end = text.lastIndexOf('\n', text.length - 2) + 1;
  const body = text.slice(0, end);
  const sha256 = createHash('sha256').update(body).digest('hex');
  if (text.slice(end) !== `${JSON.stringify({ sha256 })}\n`) return undefined;
  const [first, ...lines] = body.split('\n').slice(0, -1);
  if (first === undefined) return undefined;
  try {
    const head = JSON.parse(first) as { format?: unknown; key: string; savedMs: number };
    if (head.format !== format) return undefined;
    const clusters: { name: string; namespaces: string[]; objects: { uid: string; object: RegistryObject }[] }[] = [];
    for (const line of lines) {
      const value = fromPlain(JSON.parse(line)) as
        { cluster: string; namespaces: string[] } | { uid: string; object: RegistryObject };
      if ('cluster' in value) clusters.push({ name: value.cluster, namespaces: value.namespaces, objects: [] });
      else clusters.at(-1)?.objects.push(value);
    }
    return { key: head.key, savedMs: head.savedMs, clusters };
  } catch {
    return undefined;
  }
}

/** JSON knows neither maps nor `undefined`: `{"$": [[key, value]...]}` and `{"$": 0}`. */
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
