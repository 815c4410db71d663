import type { Identity } from '../../../kubernetes/receiver.ts';

/**
 * What is known of an object, the first letter of a text; its stamp follows (uid, space, resourceVersion), and behind a line
 * break the text of an object that the sink does not have, because it is not visible.
 */
export const known = { served: 's', hidden: 'h', unusable: 'u' } as const;

/** Of a key `NAMESPACE/NAME`. */
export function namespaceOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

export function stampFor({ uid, resourceVersion }: Identity): string {
  return `${uid} ${resourceVersion}`;
}

/** The stamp in what is known of an object, '' where nothing is. */
export function stampOf(text: string): string {
  const end = text.indexOf('\n');
  return text.slice(1, end < 0 ? undefined : end);
}

export function uidOf(stamp: string): string {
  return stamp.slice(0, Math.max(0, stamp.indexOf(' ')));
}
