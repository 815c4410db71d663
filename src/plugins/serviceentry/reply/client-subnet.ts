import { addClientSubnet, takeClientSubnet } from '../../../wire/client-subnet.ts';
import { rcode } from '../../../wire/codes.ts';
import { emptyReply } from '../../../wire/reply.ts';
import type { Handler } from '../../plugin.ts';
import { mapOutcome } from '../../outcome.ts';

/**
 * With `client_subnet on`: replies to queries with a Client Subnet option carry it, forwarded ones too, so that who caches
 * them knows for whom they are (RFC 7871 section 7.2.1). A malformed option is FORMERR. `make` makes the handler that
 * answers from the next one.
 */
export function withClientSubnet(next: Handler, make: (next: Handler) => Handler): Handler {
  const answer = make((query) =>
    query.subnetSize === 0 ? next(query) : mapOutcome(next(query), (length) => addClientSubnet(query, length)),
  );
  return (query) => (takeClientSubnet(query) ? answer(query) : emptyReply(query, rcode.FORMERR));
}
