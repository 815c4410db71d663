import { rcode, refusedTypes, rrType } from '../../wire/codes.ts';
import { readRecords } from '../../wire/message.ts';
import type { Query } from '../../wire/query.ts';
import { emptyReply, replyCode } from '../../wire/reply.ts';
import { zonesFrom } from '../../wire/zone-text.ts';
import { zoneList, ZoneMap } from '../../wire/zone-map.ts';
import type { Outcome } from '../plugin.ts';
import type { ForwardConfig, ForwardLine } from './config.ts';
import { SpecialUseNames, specialUseReply } from './local/special-use-names.ts';

/** Sends a query to the upstreams of one line. */
export interface Sender {
  forward(query: Query): Outcome;
}

/** One line, for the names of a zone that it takes. */
interface Route {
  readonly line: ForwardLine;
  readonly except: ZoneMap<true>;
  readonly specialNames: SpecialUseNames;
  readonly sender: Sender;
  /** Some replies are not the last word, but that of the next line that takes the name. */
  readonly mayGoOn: boolean;
}

/** Which lines take a name, and in which order. `undefined` where none does. */
export type Routes = (query: Query) => Outcome | undefined;

/**
 * Of the lines that take a name that with the longest FROM comes first; those with the same one stand in file order. `blockZones` are those of
 * the server block, `senders` those of the lines.
 */
export function makeRoutes(
  { lines }: ForwardConfig,
  blockZones: readonly string[],
  senders: readonly Sender[],
): Routes {
  const routes = lines.map((line, index): Route => ({
    line,
    except: zoneList(line.except),
    specialNames: new SpecialUseNames(line, blockZones),
    sender: senders[index]!,
    mayGoOn: line.next.length > 0 || line.nextOnNodata,
  }));
  const byFrom = new Map<string, Route[]>();
  for (const route of routes) {
    for (const zone of new Set(route.line.from)) {
      const those = byFrom.get(zone);
      if (those) those.push(route);
      else byFrom.set(zone, [route]);
    }
  }
  const byZone = new ZoneMap(Array.from(byFrom.keys(), (zone) => [zone, routesOf(zone, byFrom)] as const));
  return (query) => {
    const found = byZone.find(query);
    const index = found ? takerOf(query, found.value, 0) : -1;
    return index < 0 ? undefined : send(query, found!.value, index);
  };
}

/** Those that take names of the zone, of which it is the longest that any of them has. */
function routesOf(zone: string, byFrom: ReadonlyMap<string, readonly Route[]>): readonly Route[] {
  const found = new Set<Route>();
  for (const each of zonesFrom(zone)) for (const route of byFrom.get(each) ?? []) found.add(route);
  return [...found];
}

/** Index of the first one, from `start` on, that does not except the name; -1 for none. */
function takerOf(query: Query, routes: readonly Route[], start: number): number {
  for (let i = start; i < routes.length; i++) if (!routes[i]!.except.contains(query)) return i;
  return -1;
}

function send(query: Query, routes: readonly Route[], index: number): Outcome {
  const { specialNames, sender, mayGoOn } = routes[index]!;
  const special = specialNames.find(query);
  if (special) return specialUseReply(query, special);
  // A transfer is many messages, of which one would come back; signatures and keys are between neighbours.
  if (refusedTypes.has(query.type)) return emptyReply(query, rcode.REFUSED);
  return mayGoOn ? sendInTurn(query, routes, index) : sender.forward(query);
}

/** The reply of the line, or what comes of the next one that takes the name. */
function sendInTurn(query: Query, routes: readonly Route[], index: number): Outcome {
  const { line, sender } = routes[index]!;
  const following = takerOf(query, routes, index + 1);
  if (following < 0) return sender.forward(query);
  // What is written in place of the question could not be asked again.
  query.hold();
  const decide = (length: number): Outcome => {
    if (!goesOn(query, length, line)) return length;
    query.discardReply();
    query.error = undefined;
    query.isCut = false;
    return send(query, routes, following);
  };
  const outcome = sender.forward(query);
  return typeof outcome === 'number' ? decide(outcome) : outcome.then(decide);
}

/** Whether the reply that stands in `out` is one of those that `next` and `next_on_nodata` name. */
function goesOn(query: Query, length: number, { next, nextOnNodata }: ForwardLine): boolean {
  if (length === 0) return false;
  const code = replyCode(query);
  return next.includes(code) || (nextOnNodata && code === rcode.NOERROR && isNodata(query, length));
}

/** No record of the type that is asked for (RFC 2308 section 2.2), be it that an alias leads to nothing. */
function isNodata({ out, outStart, type }: Query, length: number): boolean {
  const answers = readRecords(out, outStart, outStart + length)?.filter(({ section }) => section === 1) ?? [];
  return !answers.some((record) => record.type === type || type === rrType.ANY);
}
