import { RE2JS } from 're2js';

/** What a match found. */
export interface RegExpMatch {
  /** The whole match, then its groups; '' for one that took no part. */
  readonly groups: readonly string[];
  /** The groups that have a name. */
  readonly named: Readonly<Record<string, string>>;
}

/**
 * A regular expression in the syntax of RE2, which is that of Go and so of CoreDNS's Corefiles. It needs time linear in the text,
 * whatever the pattern: names come from the network, and a backtracking engine could be made to stand still by one.
 */
export class LinearRegExp {
  readonly pattern: string;
  readonly #compiled: RE2JS;
  readonly #names: readonly (readonly [string, number])[];

  /** Throws an Error with a reason for people where this is no regular expression, or needs too much memory. */
  constructor(pattern: string) {
    this.pattern = pattern;
    this.#compiled = RE2JS.compile(pattern);
    this.#names = Object.entries(this.#compiled.namedGroups());
  }

  /** How many groups the pattern has, the whole match not counted. */
  get groupCount(): number {
    return this.#compiled.groupCount();
  }

  /** Whether any part of the text matches. */
  test(text: string): boolean {
    return this.#compiled.test(text);
  }

  /** The leftmost match in the text. */
  match(text: string): RegExpMatch | undefined {
    // Most texts do not match, and that is found without looking for groups.
    if (!this.#compiled.test(text)) return undefined;
    const matcher = this.#compiled.matcher(text);
    if (!matcher.find()) return undefined;
    const groups = Array.from({ length: this.groupCount + 1 }, (_, index) => matcher.group(index) ?? '');
    return { groups, named: Object.fromEntries(this.#names.map(([name, index]) => [name, groups[index]!])) };
  }
}
