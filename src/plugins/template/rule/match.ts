import type { Value } from '../../../expression/values/value.ts';
import type { RegExpMatch } from '../../../runtime/linear-regexp.ts';

/** What a name has matched. */
export interface Match extends RegExpMatch {
  readonly pattern: string;
  /** The values of the rule's variables. */
  readonly variables: ReadonlyMap<string, Value>;
}
