import { answersIn } from './compile/host-records.ts';
import type { HostAnswer } from '../resolve/answer.ts';
import { ViewMap } from '../resolve/view-map.ts';

/** A host that has an address: what the PTR RRset of the address may have of it, for whom. */
export interface PtrCandidate {
  readonly host: string;
  readonly ptrs: ViewMap<Ptr | undefined>;
  /** Where Sidecars are heeded: what clients that one limits may get. */
  readonly limited?: ViewMap<LimitedPtr | undefined>;
  /** Creation time of the oldest ServiceEntry in it, Unix milliseconds. */
  readonly created: number;
}

export interface Ptr {
  /** In presentation form, without trailing dot. */
  readonly target: string;
  /** Seconds. */
  readonly ttl: number;
}

/** A PTR record for those who get what the namespace has of the host; and the next such one. */
export interface LimitedPtr extends Ptr {
  readonly namespace: string;
  readonly next: LimitedPtr | undefined;
}

type Targets = ReadonlyMap<HostAnswer, ReadonlyMap<string, string>>;

/** A candidate for each address that a host has, for whomever; by address (canonical). */
export function candidatesIn(host: string, answers: ViewMap<HostAnswer | undefined>): Map<string, PtrCandidate> {
  const candidates = new Map<string, PtrCandidate>();
  const { plain } = answers.others;
  if (answers.isUniform && plain?.namespace === undefined) {
    for (const { address, target } of plain?.ptrs ?? []) {
      const ptrs = ViewMap.uniform<Ptr | undefined>({ target, ttl: plain!.ttl });
      candidates.set(address, { host, ptrs, created: plain!.created });
    }
    return candidates;
  }
  const targets = targetsIn(answers);
  const created = Math.min(...Array.from(targets.keys(), (answer) => answer.created));
  for (const address of new Set([...targets.values()].flatMap((each) => [...each.keys()]))) {
    const ptrs = answers.map((answer) => {
      const target = answer && targets.get(answer)!.get(address);
      return target === undefined ? undefined : { target, ttl: answer!.ttl };
    });
    const lists = new Map<HostAnswer, LimitedPtr | undefined>();
    const limited = answers.map((answer) => answer && limitedPtr(answer, address, targets, lists));
    const isLimited = [...limited.values()].some((each) => each !== undefined);
    candidates.set(address, { host, ptrs, created, ...(isLimited ? { limited } : {}) });
  }
  return candidates;
}

/** The order in which they are served: the oldest first. */
export function isBefore(a: PtrCandidate, b: PtrCandidate): boolean {
  return a.created < b.created || (a.created === b.created && a.host < b.host);
}

/** The targets of each answer that a client may get, by address. */
function targetsIn(answers: ViewMap<HostAnswer | undefined>): Targets {
  const targets = new Map<HostAnswer, ReadonlyMap<string, string>>();
  for (const first of answers.values()) {
    for (const answer of answersIn(first)) {
      // Those that come behind it were met with another.
      if (targets.has(answer)) break;
      targets.set(answer, new Map(answer.ptrs.map(({ address, target }) => [address, target])));
    }
  }
  return targets;
}

/** What the answer and those behind it have for an address; `lists` has what was found for others. */
function limitedPtr(
  first: HostAnswer,
  address: string,
  targets: Targets,
  lists: Map<HostAnswer, LimitedPtr | undefined>,
): LimitedPtr | undefined {
  const lacking: HostAnswer[] = [];
  let list: LimitedPtr | undefined;
  for (const answer of answersIn(first)) {
    if (lists.has(answer)) {
      list = lists.get(answer);
      break;
    }
    lacking.push(answer);
  }
  for (const answer of lacking.toReversed()) {
    const target = targets.get(answer)?.get(address);
    const { namespace, ttl } = answer;
    if (target !== undefined && namespace !== undefined) list = { namespace, target, ttl, next: list };
    lists.set(answer, list);
  }
  return list;
}
