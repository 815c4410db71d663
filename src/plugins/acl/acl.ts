import type { Plugin } from '../plugin.ts';
import type { AclConfig } from './config.ts';
import { aclHandler } from './handler.ts';
import { parseAcl } from './parse.ts';

/**
 * `acl [ZONES...] { ... }`: who may ask for what. Each line is a rule, and rules are looked at in file order:
 *
 *     query ─► the rule's zones? ─► its policies, of which the first counts that matches ─► allow: to the next plugin
 *                                   type ∧ address of the client                            block, filter, drop: ends here
 *
 * A rule without a policy that matches leaves the query to the rules behind it, and the last one lets it pass.
 */
export const aclPlugin = {
  name: 'acl',
  parse: parseAcl,
  control: async (uses, host) => (await import('./control.ts')).aclControl(uses, host),
  sharesControl: true,
  query: aclHandler,
} satisfies Plugin<AclConfig>;
