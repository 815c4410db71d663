import { groupBy } from '../../../../collections/group-by.ts';
import type { Rejection } from '../../../model/rejection.ts';

/** Something of a file that is left out, and how to know it again when the file is read anew. */
export interface Fault {
  /** What it says, without its place. */
  readonly identity: string;
  /** Of the document that has it; '' where it is not one document's. */
  readonly hash: string;
  readonly rejection: Rejection;
}

export function faultOf(hash: string, rejection: Rejection): Fault {
  const { reason, object, field, message } = rejection;
  // A message may name the place of another document.
  return { identity: JSON.stringify([reason, object, field, reason === 'duplicate' ? '' : message]), hash, rejection };
}

export function sameRejection(a: Rejection, b: Rejection): boolean {
  const isSame = a.origin === b.origin && a.message === b.message && a.object === b.object;
  return isSame && a.field === b.field && a.reason === b.reason;
}

/**
 * What has come and what has gone. A fault is the same one where it is at the same place or its document is the same;
 * of others that say the same as many are, for a document that was moved and edited has still the one fault.
 */
export function compareFaults(before: readonly Fault[], after: readonly Fault[]): { come: Fault[]; gone: Fault[] } {
  let [come, gone] = [[...after], [...before]];
  for (const keyOf of [placeKey, documentKey, ({ identity }: Fault) => identity]) {
    const pool = groupBy(gone, keyOf);
    const known = new Set<Fault>();
    come = come.filter((fault) => {
      const same = pool.get(keyOf(fault))?.shift();
      if (same) known.add(same);
      return !same;
    });
    gone = gone.filter((fault) => !known.has(fault));
  }
  return { come, gone };
}

function placeKey({ identity, rejection }: Fault): string {
  return `${rejection.origin} ${identity}`;
}

function documentKey({ identity, hash }: Fault): string {
  return `${hash} ${identity}`;
}

/** `FILE:LINE` of an origin, without the column. */
export function lineOf({ rejection }: Fault): string {
  return /^.*?:\d+(?=:\d+$|$| )/.exec(rejection.origin)?.[0] ?? rejection.origin;
}

/** `FILE:LINE: ServiceEntry ns/name: spec.hosts[1]: message`. */
export function textOfFault({ rejection: { origin, object, field, message } }: Fault): string {
  return [origin, object, field, message].filter((part) => part !== '').join(': ');
}
