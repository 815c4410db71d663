import type { NameChange } from '../rules/name-matcher.ts';

/** What is done with a reply. */
export type ReplyRule =
  | {
      /** Owner names, or the names that records hold, are others. */
      readonly kind: 'name' | 'value';
      readonly change: NameChange;
    }
  | {
      readonly kind: 'ttl';
      readonly min: number;
      readonly max: number;
    }
  | { readonly kind: 'rcode'; readonly from: number; readonly to: number }
  | { readonly kind: 'cname'; readonly change: NameChange };
