import { rcode } from '../../wire/codes.ts';
import { extendedError, extendedErrorOf } from '../../wire/extended-error.ts';
import { PeerOctets } from '../../wire/peer.ts';
import type { Query } from '../../wire/query.ts';
import { emptyReply } from '../../wire/reply.ts';
import type { QueryHalf } from '../plugin.ts';
import { CompiledRule } from './compiled-rule.ts';
import type { AclConfig } from './config.ts';
import { allowedAt, counterCount, counterOf, countedZones, type Refusal } from './meter.ts';

const blockedOption = extendedErrorOf(extendedError.blocked);
const filteredOption = extendedErrorOf(extendedError.filtered);

/** Passes on what is allowed, without allocating anything, and answers the rest. */
export const aclHandler: QueryHalf<AclConfig> = {
  classes: 'any',
  counterCount,
  create(config, environment, next) {
    const zones = new Map(countedZones(config).map((zone, index) => [zone, index]));
    const rules = config.rules.map((rule) => new CompiledRule(rule, (zone) => zones.get(zone)!));
    const counters = environment.counters ?? new Float64Array(counterCount(config));
    const client = new PeerOctets();
    return (query) => {
      query.readName();
      const isReadable = client.write(query.peer);
      for (const rule of rules) {
        const entry = rule.zones.find(query);
        if (entry === undefined) continue;
        const action = isReadable ? rule.find(query.type, client.view) : 'block';
        if (action === undefined) continue;
        if (action === 'allow') break;
        if (!isReadable) query.error = `the address ${JSON.stringify(query.peer.address)} of the client cannot be read`;
        counters[counterOf(action, entry.value)]!++;
        return refuse(query, action);
      }
      counters[allowedAt]!++;
      return next(query);
    };
  },
};

function refuse(query: Query, refusal: Refusal): number {
  if (refusal === 'drop') return 0;
  query.replyOptions = refusal === 'block' ? blockedOption : filteredOption;
  return emptyReply(query, refusal === 'block' ? rcode.REFUSED : rcode.NOERROR);
}
