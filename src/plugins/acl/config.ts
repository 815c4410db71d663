import type { Cidr } from '../../wire/network.ts';

export const aclActions = ['allow', 'block', 'filter', 'drop'] as const;
/** The query goes on, is REFUSED, is answered as if there were no records, or gets no reply. */
export type AclAction = (typeof aclActions)[number];

export interface AclConfig {
  /** In file order. */
  readonly rules: readonly AclRule[];
}

/** One line of the directive with its block. */
export interface AclRule {
  /** Lower-case and absolute; the rule is for names at or below them. */
  readonly zones: readonly string[];
  /** In file order; the first one that matches decides. */
  readonly policies: readonly AclPolicy[];
}

export interface AclPolicy {
  readonly action: AclAction;
  /** `undefined`: all. */
  readonly types: readonly number[] | undefined;
  /** Of clients; `undefined`: all. */
  readonly networks: readonly Cidr[] | undefined;
}
