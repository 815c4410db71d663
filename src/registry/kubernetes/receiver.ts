/** Where a reflector puts what it reads. Calls come in this order: any number of upserts and removes, then a flush. */
export interface Receiver {
  /** An object exists, as it came out of JSON. Returns the key that a listing knows it by, `undefined` if it is left out. */
  upsert(raw: unknown, apiVersion: string): string | undefined;
  /** An object was deleted; this is its last state. */
  remove(raw: unknown): void;
  /** A list of a namespace (or all) begins. */
  beginList(namespace: string | undefined): Listing;
  /** What has changed is told. */
  flush(): void;
  /** How many objects of the namespace, or of all, are known. */
  count(namespace: string | undefined): number;
}

/** A list on its way. One that breaks off is left as it is. */
export interface Listing {
  /** The list has what `upsert` returned this key for. */
  saw(key: string): void;
  /** It is over: nothing exists but what it has. */
  end(): void;
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
