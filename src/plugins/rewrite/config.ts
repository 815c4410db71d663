/** How a name is compared with a text: as a whole, by its beginning, its end, any part of it, or by a regular expression. */
export const matchKinds = ['exact', 'prefix', 'suffix', 'substring', 'regex'] as const;
export type MatchKind = (typeof matchKinds)[number];

/** Names in presentation form, lower case, with the trailing dot; `text` is RE2's syntax where the kind is `regex`. */
export interface NamePattern {
  readonly kind: MatchKind;
  readonly text: string;
}

/** How names in replies are put back: those of owners, or those that records hold; `to` may have `{0}`, `{1}` … of the match. */
export interface AnswerRule {
  readonly of: 'name' | 'value';
  /** Regular expression. */
  readonly from: string;
  readonly to: string;
}

/** Another name is asked for. */
export interface NameRule {
  readonly field: 'name';
  readonly from: NamePattern;
  /** With `{1}` … of a regular expression; with `{plugin/label}` too where it takes metadata. */
  readonly to: string;
  readonly takesMetadata: boolean;
  /** Names in the reply are put back by turning the rule around. */
  readonly isAuto: boolean;
  readonly answers: readonly AnswerRule[];
}

/** Another type or class is asked for. */
export interface NumberRule {
  readonly field: 'type' | 'class';
  readonly from: number;
  readonly to: number;
}

/** TTLs of replies for these names are at least `min` and at most `max` seconds. */
export interface TtlRule {
  readonly field: 'ttl';
  readonly of: NamePattern;
  readonly min: number;
  readonly max: number;
}

/** One response code of replies for these names becomes another. */
export interface RcodeRule {
  readonly field: 'rcode';
  readonly of: NamePattern;
  readonly from: number;
  readonly to: number;
}

/** CNAME records of replies lead elsewhere. */
export interface CnameRule {
  readonly field: 'cname';
  readonly from: NamePattern;
  readonly to: string;
}

/** What an EDNS option holds. `subnet`: the client's address, with so many bits of it. */
export type OptionValue =
  | { readonly kind: 'octets'; readonly octets: Uint8Array }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'subnet'; readonly bits4: number; readonly bits6: number };

export const optionActions = ['set', 'append', 'replace', 'unset'] as const;

/** An EDNS option of the query is another, or none. */
export interface OptionRule {
  readonly field: 'edns0';
  readonly action: (typeof optionActions)[number];
  readonly code: number;
  /** Without one for `unset`. */
  readonly value: OptionValue | undefined;
  /** The client sees nothing of it. */
  readonly isReverted: boolean;
}

export type RewriteRule = (NameRule | NumberRule | TtlRule | RcodeRule | CnameRule | OptionRule) & {
  /** The rules behind it are looked at too, where this one has done something. */
  readonly continues: boolean;
};

/** In the order of the file. */
export interface RewriteConfig {
  readonly rules: readonly RewriteRule[];
}
