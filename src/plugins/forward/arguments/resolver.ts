import type { Token } from '../../../corefile/ast.ts';
import type { Problems } from '../../../corefile/problem.ts';
import { quote } from '../../../corefile/quote.ts';
import type { UpstreamAddress } from '../config.ts';
import { isUnspecified, parseUpstream } from './upstream-address.ts';

/** Reads one address of `resolver`, with a port or without. Reports COREFILE_ARGUMENT where it is none. */
export function readResolver(token: Token, problems: Problems): UpstreamAddress | undefined {
  const upstream = parseUpstream(token.text);
  if (typeof upstream === 'object' && !isUnspecified(upstream.address)) return upstream;
  const message = `resolver must be the address of a DNS server such as '10.0.0.1' or '10.0.0.1:5353', found ${quote(token.text)}`;
  problems.error('COREFILE_ARGUMENT', token.position, message);
  return undefined;
}
