import { rcode, refusedTypes } from '../../wire/codes.ts';
import { encodeName } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import { emptyReply } from '../../wire/reply.ts';
import type { Handler, HandlerEnvironment, QueryPlugin } from '../plugin.ts';
import type { ForwardConfig } from './config.ts';
import { Deadlines } from './query/deadlines.ts';
import { ForwardGroup } from './query/forward-group.ts';
import { asksForResolver, resolverRecords, resolverReply } from './local/resolver-arpa.ts';
import { SpecialUseNames, specialUseReply } from './local/special-use-names.ts';
import { isBelowAny } from './zone-match.ts';

/** A line with its zones in wire form. */
interface Route {
  readonly from: readonly Uint8Array[];
  readonly except: readonly Uint8Array[];
  readonly specialNames: SpecialUseNames;
  readonly group: ForwardGroup;
}

/**
 * Sends the names of the first line that takes them to its upstreams; all others go to the next plugin. Only what clients ask
 * about their resolver itself, and special-use names, are answered here.
 */
export const forwardHandler: QueryPlugin<ForwardConfig> = {
  name: 'forward',
  create(config: ForwardConfig, environment: HandlerEnvironment, next: Handler): Handler {
    const deadlines = new Deadlines(environment.clock);
    const { clock, logger } = environment;
    const randomUint16 = (): number => environment.randomUint16();
    const memory = environment.counters?.('forward');
    let upstreamsBefore = 0;
    const routes: Route[] = config.lines.map((line) => {
      const metrics = memory && { memory, upstreamsBefore };
      upstreamsBefore += line.upstreams.length;
      return {
        from: line.from.map(wireName),
        except: line.except.map(wireName),
        specialNames: new SpecialUseNames(line, environment.zones),
        group: new ForwardGroup(line, { clock, logger, deadlines, randomUint16, metrics }),
      };
    });
    environment.onClose(async () => {
      await Promise.all(routes.map(({ group }) => group.close()));
      deadlines.clear();
    });
    const records = resolverRecords(config);
    return (query: Query) => {
      query.readName();
      if (asksForResolver(query)) return resolverReply(query, records);
      for (const { from, except, specialNames, group } of routes) {
        if (!isBelowAny(query, from) || isBelowAny(query, except)) continue;
        const special = specialNames.find(query);
        if (special) return specialUseReply(query, special);
        // A transfer is many messages, of which one would come back; signatures and keys are between neighbours.
        return refusedTypes.has(query.type) ? emptyReply(query, rcode.REFUSED) : group.forward(query);
      }
      return next(query);
    };
  },
};

/** Zones in a config went through the parser, so that they have a wire form. */
function wireName(zone: string): Uint8Array {
  const name = encodeName(zone);
  if (name === undefined) throw new Error(`not a zone name: ${zone}`);
  return name;
}
