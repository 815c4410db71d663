import { rcode } from '../../wire/codes.ts';
import type { Query } from '../../wire/query.ts';
import { replyCode } from '../../wire/reply.ts';
import { mapOutcome } from '../outcome.ts';
import type { HandlerEnvironment, QueryHalf } from '../plugin.ts';
import type { LoadbalanceConfig, Weights } from './config.ts';
import { InPlace } from './message/in-place.ts';
import { rebuild, type SectionOrder } from './message/rebuild.ts';
import { Sections } from './message/sections.ts';
import { preferring, roundRobin, type Policy } from './policy.ts';
import { weighted } from './weights/weighted.ts';

/** A reply with more records is not written anew: what a hostile server sends must not take long. */
const maxRebuilt = 512;
const noWeights: Weights = new Map();

/** Puts the addresses of NOERROR replies into the order of the policy, wherever in the chain they came from. */
export const loadbalanceHandler: QueryHalf<LoadbalanceConfig> = {
  create(config, environment, next) {
    const order = config.prefer.length > 0 ? 'others last' : 'others first';
    const balancer = new Balancer(policyOf(config, environment), order);
    return (query) => {
      const outcome = next(query);
      if (typeof outcome === 'number') return balancer.balance(query, outcome);
      return mapOutcome(outcome, (length) => balancer.balance(query, length));
    };
  },
};

function policyOf({ weights: source, prefer }: LoadbalanceConfig, environment: HandlerEnvironment): Policy {
  const randomUint16 = (): number => environment.randomUint16();
  let weights = noWeights;
  if (source) environment.onPublished((data) => (weights = data as Weights));
  const policy = source ? weighted(() => weights, randomUint16) : roundRobin(randomUint16);
  return prefer.length > 0 ? preferring(prefer, policy) : policy;
}

class Balancer {
  readonly #policy: Policy;
  readonly #order: SectionOrder;
  readonly #sections = new Sections();
  readonly #inPlace = new InPlace();

  constructor(policy: Policy, order: SectionOrder) {
    this.#policy = policy;
    this.#order = order;
  }

  /** The reply of `length` octets in `out`; returns its length then. */
  balance(query: Query, length: number): number {
    if (length === 0 || replyCode(query) !== rcode.NOERROR) return length;
    const { out, outStart } = query;
    const end = outStart + length;
    const sections = this.#sections;
    if (!sections.read(out, outStart, end)) return length;
    if (!this.#policy.arrange(sections, out, outStart, end, query.type)) return length;
    let isArranged = true;
    for (const { addresses, exchanges, hasLateAlias } of sections.all) {
      if (hasLateAlias) isArranged = false;
      if (!this.#inPlace.arrange(addresses, out, outStart, end, false)) isArranged = false;
      if (!this.#inPlace.arrange(exchanges, out, outStart, end, true)) isArranged = false;
    }
    return isArranged || sections.records > maxRebuilt ? length : rebuild(query, length, sections, this.#order);
  }
}
