import type { Rejection } from '../model/rejection.ts';
import type { Rule } from '../resolve/resolve.ts';
import type { Precedence } from '../resolve/visibility.ts';

/**
 * Why a name is answered as it is, as plain data that goes out as JSON. Names are lower-case and without trailing dot.
 * Lists are cut where they are long, and say how many more there are.
 */
export interface NameExplanation {
  /** What the name came to. */
  readonly match: NameMatch;
  /** The ServiceEntries that have the matched host, or the queried host, oldest first. */
  readonly entries: CutList<EntryExplanation>;
  /** What the matched host answers this client. */
  readonly host: HostExplanation | undefined;
  /** What of the registry is left out. */
  readonly leftOut: LeftOut;
  /** What is left out and concerns the name; then contradictions and traps in the objects that take part. */
  readonly warnings: readonly string[];
}

export interface LeftOut {
  /** All that may concern the name: it was written there, or the object takes part in the answer. */
  readonly items: readonly LeftOutPart[];
  /** How many others there are, which `/status` and the log list. */
  readonly others: number;
}

/** As the log has it. */
export type LeftOutPart = Pick<Rejection, 'reason' | 'object' | 'field' | 'message' | 'origin'>;

export interface CutList<Item> {
  readonly items: readonly Item[];
  /** How many were cut off. */
  readonly omitted: number;
}

export type MatchKind =
  /** A host has exactly this name. */
  | 'host'
  /** The name of an endpoint of the host. */
  | 'endpoint'
  | 'wildcard'
  /** The apex of an own zone, or the name of its server. */
  | 'apex'
  | 'name-server'
  /** A reverse name that has PTR records. */
  | 'reverse'
  /** Nothing is served here, but below it. */
  | 'ancestor'
  /** A Kubernetes Service has it, and no wildcard host hides one: the cluster's DNS answers. */
  | 'service'
  /** Nothing, below an own zone: it does not exist. */
  | 'own-zone'
  /** Nothing, in a range that automatic addresses come from: it never leaks upstream. */
  | 'allocation-range'
  /** Nothing: the next plugin answers. */
  | 'none';

export interface NameMatch {
  readonly kind: MatchKind;
  /** The host that answers; a wildcard as `*.suffix`. */
  readonly host: string | undefined;
  /** `_http._tcp`: the labels with an underscore before the host; '' without any. */
  readonly service: string;
  /** The longest own zone that the name is in. */
  readonly ownZone: string | undefined;
  /** In their order, up to the one that matched. */
  readonly tried: readonly Attempt[];
}

export interface Attempt {
  readonly what: string;
  readonly result: string;
}

export interface EntryExplanation {
  /** `namespace/name`. */
  readonly name: string;
  readonly origin: string;
  readonly standing: Precedence;
  /** Why it has this precedence. */
  readonly reason: string;
  readonly created: string | undefined;
  readonly location: string;
  readonly resolution: string;
  /** What its exportTo comes to, with the option `default_export_to`. */
  readonly exportTo: readonly string[];
  readonly addresses: readonly string[];
  /** Automatically allocated addresses that this client does not get. */
  readonly heldBack: readonly string[];
  /** Of those that serve. */
  readonly endpoints: CutList<EndpointExplanation>;
}

export interface EndpointExplanation {
  readonly name: string;
  /** Addresses and host names that it has to give; empty where it is left out. */
  readonly gives: readonly string[];
  /** They are in the answer. */
  readonly isUsed: boolean;
  /** Why they are not, or why it is left out; '' where it is used. */
  readonly reason: string;
  /** What checks have found out of each of its addresses; empty where it is not checked. */
  readonly checks: readonly string[];
}

export interface HostExplanation {
  readonly host: string;
  readonly row: Rule;
  readonly reason: string;
  readonly ttl: number;
  readonly addresses: CutList<string>;
  /** Host names of endpoints that are resolved on demand. */
  readonly live: readonly string[];
  /** Its endpoints by where they are, nearest first; empty where they are not told apart. */
  readonly groups: readonly GroupExplanation[];
  /** SRV names below the host that have records; `''` for the host itself. */
  readonly services: readonly string[];
}

export interface GroupExplanation {
  /** `region/zone/subzone`; '' for endpoints that say none. */
  readonly locality: string;
  /** `same zone`: how far it is from the client. */
  readonly relation: string;
  /** Addresses and host names; with their weights, where these differ. */
  readonly addresses: readonly string[];
  /** `nearest only` leaves it out: others are nearer. */
  readonly isLeftOut: boolean;
}

/** At most `max` items. */
export function cut<Item>(items: readonly Item[], max: number): CutList<Item> {
  return { items: items.slice(0, max), omitted: Math.max(0, items.length - max) };
}
