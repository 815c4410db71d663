import type { Turns } from './turns.ts';

/** Where a reflector puts what it reads. Calls come in this order: any number of upserts and removes, then flushes. */
export interface Receiver {
  /** An object exists, as it came out of JSON. Returns the key that a listing knows it by, `undefined` if it is left out. */
  upsert(raw: unknown, apiVersion: string): string | undefined;
  /** An object was deleted; this is its last state. */
  remove(raw: unknown): void;
  /** A list of a namespace (or all) begins. */
  beginList(namespace: string | undefined): Listing;
  /** Some of what has changed is told. Returns false where there is more: it is called again then, now or after a rest. */
  flush(): boolean;
  /** How many objects of the namespace, or of all, are known. */
  count(namespace: string | undefined): number;
}

/** A list on its way. One that breaks off is left as it is. */
export interface Listing {
  /** The list has what `upsert` returned this key for. */
  saw(key: string): void;
  /** It is over: nothing exists but what it has. It is over when the iteration is, which may rest anywhere. */
  end(): Iterable<void>;
}

/** Tells all that has changed, in turns; nothing more where all is stopped. */
export async function tell(receiver: Pick<Receiver, 'flush'>, turns: Turns): Promise<void> {
  while (!turns.isStopped && !receiver.flush()) if (turns.isOver) await turns.rest();
}

/** Ends a list in turns. Rejects where all is stopped: then it has not ended. */
export async function endList(receiver: Receiver, listing: Listing, turns: Turns): Promise<void> {
  const steps = listing.end()[Symbol.iterator]();
  while (steps.next().done !== true) if (turns.isOver) await turns.rest();
  await tell(receiver, turns);
}

/** What an API server says of any object. */
export interface Identity {
  /** `NAMESPACE/NAME`. */
  readonly key: string;
  readonly namespace: string;
  /** '' where it has none, as `resourceVersion`. */
  readonly uid: string;
  readonly resourceVersion: string;
}

/** Of an object that came out of JSON; `undefined` where it has no name. */
export function identityOf(raw: unknown): Identity | undefined {
  const metadata = (raw as { metadata?: unknown } | null | undefined)?.metadata;
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  const { namespace = '', name, uid, resourceVersion } = metadata as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string' || name === '' || typeof namespace !== 'string') return undefined;
  return { key: `${namespace}/${name}`, namespace, uid: textOrNone(uid), resourceVersion: textOrNone(resourceVersion) };
}

function textOrNone(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
