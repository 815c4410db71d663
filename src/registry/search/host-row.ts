import { ownText } from '../../collections/own-text.ts';
import type { ServiceEntry } from '../model/object.ts';
import type { RegistryOptions } from '../model/options.ts';
import type { HostAnswer } from '../resolve/answer.ts';
import type { ViewMap } from '../resolve/view-map.ts';
import { effectiveExportTo } from '../resolve/visibility.ts';

export const searchedAnswers = ['internal', 'external', 'forwarded'] as const;
export const searchedTypes = ['A', 'AAAA', 'SRV', 'PTR'] as const;
export type SearchedAnswer = (typeof searchedAnswers)[number];
export type SearchedType = (typeof searchedTypes)[number];

/** What is known of a host to who searches for it: all that any client gets, taken together. */
export interface HostRow {
  /** Lower-case, without trailing dot; `*.suffix` for a wildcard. */
  readonly host: string;
  /** Of its ServiceEntries. */
  readonly namespaces: readonly string[];
  /** The clusters and files that they were read from. */
  readonly sources: readonly string[];
  /** What their exportTo comes to. */
  readonly exports: readonly string[];
  /** Kinds of the answers that clients get; none where nobody sees the host. */
  readonly answers: readonly SearchedAnswer[];
  /** Types of the records that are made. */
  readonly types: readonly SearchedType[];
  /** Seconds, the lowest of all answers. */
  readonly ttl: number;
  /** Addresses, and host names that are resolved on demand, with spaces between them. */
  readonly targets: string;
  /** `_http._tcp:80`: SRV names below the host with their ports, with spaces between them. */
  readonly services: string;
}

/** Keeps one of equal lists: most hosts have the same. */
export class SharedLists {
  readonly #lists = new Map<string, readonly string[]>();

  of<Word extends string>(words: Iterable<Word>): readonly Word[] {
    const list = [...new Set(words)].sort();
    const key = list.join('\n');
    const known = this.#lists.get(key);
    if (known) return known as readonly Word[];
    const own = list.map(ownText);
    this.#lists.set(key, own);
    return own as readonly string[] as readonly Word[];
  }
}

/** Makes a row; it keeps nothing of the objects in memory. */
export function hostRow(
  host: string,
  entries: readonly ServiceEntry[],
  answersByView: ViewMap<HostAnswer | undefined>,
  options: RegistryOptions,
  lists: SharedLists,
): HostRow {
  const answers = allAnswers(answersByView);
  const addresses = new Set(answers.flatMap((answer) => answer.addresses));
  const onDemand = new Set(answers.flatMap((answer) => answer.endpointHostnames));
  const services = new Set(answers.flatMap(servicesOf));
  return {
    host: ownText(host),
    namespaces: lists.of(entries.map(({ meta }) => meta.namespace)),
    sources: lists.of(entries.map(sourceOf)),
    exports: lists.of(entries.flatMap((entry) => effectiveExportTo(entry, options))),
    answers: lists.of(answers.map(({ kind }) => kind)),
    types: lists.of(typesOf(answers, addresses, onDemand, services)),
    ttl: answers.length === 0 ? 0 : Math.min(...answers.map(({ ttl }) => ttl)),
    targets: ownText([...addresses, ...onDemand].join(' ')),
    services: ownText([...services].join(' ')),
  };
}

/** The cluster, or the file without the line. */
export function sourceOf({ meta }: Pick<ServiceEntry, 'meta'>): string {
  return meta.cluster ?? meta.origin.text.replace(/(?::\d+){1,2}$/, '');
}

/** Also those that a client gets from whom its Sidecar hides the first. */
function allAnswers(byView: ViewMap<HostAnswer | undefined>): HostAnswer[] {
  const found = new Set<HostAnswer>();
  for (const value of byView.values()) {
    for (let answer = value; answer && !found.has(answer); answer = answer.otherwise) found.add(answer);
  }
  return [...found];
}

function servicesOf({ services }: HostAnswer): string[] {
  return services.flatMap(({ prefix, records }) => {
    const ports = new Set(records.map(({ port }) => port));
    return prefix === '' || ports.size === 0 ? [] : [`${prefix}:${[...ports].join('/')}`];
  });
}

function typesOf(
  answers: readonly HostAnswer[],
  addresses: ReadonlySet<string>,
  onDemand: ReadonlySet<string>,
  services: ReadonlySet<string>,
): SearchedType[] {
  const all = [...addresses];
  const has: Readonly<Record<SearchedType, boolean>> = {
    A: onDemand.size > 0 || all.some((address) => !address.includes(':')),
    AAAA: onDemand.size > 0 || all.some((address) => address.includes(':')),
    SRV: services.size > 0,
    PTR: answers.some(({ ptrs }) => ptrs.length > 0),
  };
  return searchedTypes.filter((type) => has[type]);
}
