import type { ServiceEntry } from '../model/object.ts';
import { checkTarget } from '../resolve/checked.ts';
import { usableEndpoints } from '../resolve/endpoints.ts';
import { endpointsMayAnswer, type ResolveContext } from '../resolve/resolve.ts';
import type { Checker } from './checker.ts';

/** Which hosts have which targets: a target is checked once, and as long as some host has it. */
export class CheckedHosts {
  readonly #checker: Pick<Checker, 'add' | 'remove'>;
  /** Host → its targets; none without any. */
  readonly #targets = new Map<string, ReadonlySet<string>>();
  /** Target → the hosts that have it. */
  readonly #hosts = new Map<string, Set<string>>();

  constructor(checker: Pick<Checker, 'add' | 'remove'>) {
    this.#checker = checker;
  }

  /** A host is resolved, from these ServiceEntries. */
  resolved(host: string, entries: readonly ServiceEntry[], context: ResolveContext): void {
    const targets = targetsOf(entries, context);
    const before = this.#targets.get(host);
    if (targets.size > 0) this.#targets.set(host, targets);
    else this.#targets.delete(host);
    for (const target of targets) if (!before?.has(target)) this.#add(target, host);
    for (const target of before ?? []) if (!targets.has(target)) this.#remove(target, host);
  }

  /** The hosts that have any of these targets. */
  hostsOf(targets: Iterable<string>): Set<string> {
    const hosts = new Set<string>();
    for (const target of targets) for (const host of this.#hosts.get(target) ?? []) hosts.add(host);
    return hosts;
  }

  #add(target: string, host: string): void {
    const hosts = this.#hosts.get(target);
    if (hosts) {
      hosts.add(host);
      return;
    }
    this.#hosts.set(target, new Set([host]));
    this.#checker.add(target);
  }

  #remove(target: string, host: string): void {
    const hosts = this.#hosts.get(target);
    if (!hosts?.delete(host) || hosts.size > 0) return;
    this.#hosts.delete(target);
    this.#checker.remove(target);
  }
}

/** What is to be checked of ServiceEntries whose endpoints may be answered. */
function targetsOf(entries: readonly ServiceEntry[], context: ResolveContext): ReadonlySet<string> {
  const targets = new Set<string>();
  for (const entry of entries) {
    if (entry.vips.length > 0 || !endpointsMayAnswer(entry, context.options)) continue;
    for (const endpoint of usableEndpoints(entry, context.select(entry))) {
      const target = checkTarget(entry, endpoint, context.options);
      if (target !== undefined) targets.add(target);
    }
  }
  return targets;
}
