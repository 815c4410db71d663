import { asFields } from '../runtime/untyped.ts';
import type { TimeSlicer } from '../runtime/time-slicer.ts';

/** Where a reflector puts what it reads: a store of objects, which passes changes on when it is flushed. */
export interface Receiver {
  /** An object was added or changed, as it came out of JSON. Returns the key for `retain`, `undefined` if it is left out. */
  upsert(object: unknown, apiVersion: string): string | undefined;
  /** An object was deleted; this is its last state. */
  remove(object: unknown): void;
  /**
   * A list is complete: removes the objects of the namespace, or of all, whose keys are not listed. It is done when the
   * iteration ends; time may pass at each step.
   */
  retain(namespace: string | undefined, listed: ReadonlySet<string>): Iterable<void>;
  /** Passes some changes on. Returns false where there are more: it is called again then, now or after a rest. */
  flush(): boolean;
  /** Number of the objects that exist in the namespace, or in all. */
  count(namespace: string | undefined): number;
}

/** Passes all changes on, in slices; no more of them once the work is stopped. */
export async function flushAll(receiver: Pick<Receiver, 'flush'>, slicer: TimeSlicer): Promise<void> {
  while (!slicer.isStopped && !receiver.flush()) if (slicer.isSliceOver) await slicer.rest();
}

/** Removes what a complete list does not have, in slices. Rejects where the work is stopped before. */
export async function retainListed(
  receiver: Receiver,
  namespace: string | undefined,
  listed: ReadonlySet<string>,
  slicer: TimeSlicer,
): Promise<void> {
  const steps = receiver.retain(namespace, listed)[Symbol.iterator]();
  while (steps.next().done !== true) if (slicer.isSliceOver) await slicer.rest();
  await flushAll(receiver, slicer);
}

/** What tells one object of a kind from others. */
export interface Identity {
  /** '' for objects that have none. */
  readonly namespace: string;
  readonly name: string;
  /** '' where it is missing, as `resourceVersion`. */
  readonly uid: string;
  readonly resourceVersion: string;
}

/** Of an object that came out of JSON; `undefined` where it has no name. */
export function identityOf(object: unknown): Identity | undefined {
  const { namespace = '', name, uid, resourceVersion } = asFields(asFields(object)?.metadata) ?? {};
  if (typeof name !== 'string' || name === '' || typeof namespace !== 'string') return undefined;
  return { namespace, name, uid: textOrNone(uid), resourceVersion: textOrNone(resourceVersion) };
}

function textOrNone(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
