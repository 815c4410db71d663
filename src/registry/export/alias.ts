import type { RRset } from './served.ts';

/**
 * RRsets as another name server can have them. A host whose addresses are those of one other name, and no others, becomes an alias of
 * it (CNAME), and loses what cannot stand beside one (RFC 1034 section 3.6.2). Addresses come before all other records of their name.
 */
export function* withAliases(rrsets: Iterable<RRset>): Generator<RRset, undefined> {
  let aliased = '';
  for (const rrset of rrsets) {
    const alias = aliasOf(rrset);
    if (alias) aliased = alias.name;
    if (alias) yield alias;
    else if (rrset.name !== aliased) yield rrset;
  }
  return undefined;
}

/** A and AAAA have the same one, which is given for A alone. */
function aliasOf(rrset: RRset): RRset | undefined {
  const { type, data, endpointHostnames: [target, ...others] = [], ...common } = rrset;
  if (type !== 'A' || data.length > 0 || target === undefined || others.length > 0) return undefined;
  return { ...common, type: 'CNAME', data: [target] };
}
