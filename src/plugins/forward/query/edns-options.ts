import { isForSubnet } from '../../../wire/client-subnet.ts';
import { readReply, type UpstreamReply } from '../reply/upstream-reply.ts';
import { noOptions } from '../upstream/request.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Question } from './question.ts';
import type { UpstreamAttempt } from './upstream-attempt.ts';

/**
 * The EDNS options that go to an upstream: the cookie that is shared with it, the client's subnet where that is wished, and those
 * that this server has put into the query.
 */
export function optionsFor({ cookie }: Upstream, { subnet = noOptions, options }: Question): Uint8Array {
  const own = cookie?.option ?? noOptions;
  return subnet.length + options.length === 0 ? own : Uint8Array.of(...own, ...subnet, ...options);
}

/** The reply to an attempt, or what is wrong with it: with what was read, or with the options that it has to fit. */
export function readReplyOf(
  attempt: UpstreamAttempt,
  { subnet }: Question,
  message: Uint8Array,
): UpstreamReply | string {
  const reply = readReply(attempt.query, message);
  if (typeof reply === 'string' || reply.opt === undefined) return reply;
  const { rdataStart, end } = reply.opt;
  if (attempt.withEdns && attempt.upstream.cookie?.check(message, reply.opt) === false) return 'its cookie is not ours';
  if (subnet && !isForSubnet(subnet, message, rdataStart, end)) return 'it is for another subnet';
  return reply;
}
