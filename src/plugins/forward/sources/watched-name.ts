import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/logger.ts';
import { canonicalAddress } from '../../../wire/address.ts';
import type { FamilyAddresses, Lookup } from './lookup.ts';

/** A name is looked up again when its TTL is over, but neither more often nor less than this. */
const minIntervalMs = 5000;
const maxIntervalMs = 3_600_000;
/** After a failure, doubled at each further one. */
const firstRetryMs = 1000;
const maxRetryMs = 30_000;
/** More addresses than a line can have upstreams are of no use. */
const maxAddresses = 15;

const noServer: FamilyAddresses = {
  reason: 'the name servers to ask are this server itself: name others with resolver',
  isNone: false,
};

export interface NameEnvironment {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lookup: Lookup;
  /** The servers to ask, as `IP:PORT`: empty for those that the system knows, `undefined` where all are this server itself. */
  servers(): readonly string[] | undefined;
  /** The addresses are others now, or there is another reason why there are none. */
  onChange(): void;
}

/**
 * The addresses of a host name, looked up again and again. What fails changes nothing: addresses are used until the name has
 * others.
 */
export class WatchedName {
  readonly name: string;
  /** Look-ups that gave no address. */
  failures = 0;
  /** Why there are no addresses; '' where there are some. */
  whyNone = 'it is being looked up';
  readonly #environment: NameEnvironment;
  readonly #stopped = new AbortController();
  #families: readonly [readonly string[], readonly string[]] = [[], []];
  #retryMs = firstRetryMs;
  /** The look-up before failed. */
  #isFailing = false;
  #cancel: (() => void) | undefined;

  constructor(name: string, environment: NameEnvironment) {
    this.name = name;
    this.#environment = environment;
  }

  /** Canonical text, IPv4 first, in an order that does not depend on that of the records. */
  get addresses(): readonly string[] {
    return this.#families.flat();
  }

  /** Looks the name up for the first time, and goes on by itself then. Resolves when that was tried. */
  async start(): Promise<void> {
    await this.#look();
  }

  stop(): void {
    this.#stopped.abort();
    this.#cancel?.();
  }

  async #look(): Promise<void> {
    const { clock, lookup } = this.#environment;
    const servers = this.#environment.servers();
    const found = servers ? await lookup(this.name, servers, this.#stopped.signal) : [noServer, noServer];
    if (this.#stopped.signal.aborted) return;
    const [ipv4, ipv6] = found;
    const families = [merged(ipv4, this.#families[0]), merged(ipv6, this.#families[1])] as const;
    const hasAnswer = found.some((each) => 'ttlMs' in each) && families.flat().length > 0;
    const waitMs = hasAnswer ? this.#succeeded(families, ttlOf(found)) : this.#failed(whyNot(found));
    this.#cancel = clock.after(waitMs, () => void this.#look());
  }

  #succeeded(families: readonly [readonly string[], readonly string[]], ttlMs: number): number {
    const { logger } = this.#environment;
    const before = this.addresses.join(', ');
    this.#families = families;
    const after = this.addresses.join(', ');
    const message = `plugin/forward: ${this.name} is ${after}`;
    if (this.#isFailing || before === '') logger.info(message, { name: this.name });
    else if (before !== after) logger.debug(message, { name: this.name });
    this.#isFailing = false;
    this.#retryMs = firstRetryMs;
    this.whyNone = '';
    if (before !== after) this.#environment.onChange();
    return Math.min(Math.max(ttlMs, minIntervalMs), maxIntervalMs);
  }

  #failed(reason: string): number {
    this.failures++;
    const isKnown = this.addresses.length > 0;
    if (!this.#isFailing) {
      const consequence = isKnown ? 'those of before stay in use' : 'it is tried again';
      const message = `plugin/forward: the addresses of ${this.name} cannot be looked up: ${reason}; ${consequence}`;
      this.#environment.logger.warning(message, { name: this.name });
    }
    this.#isFailing = true;
    if (!isKnown && this.whyNone !== reason) {
      this.whyNone = reason;
      this.#environment.onChange();
    }
    const waitMs = this.#retryMs;
    this.#retryMs = Math.min(2 * waitMs, maxRetryMs);
    return waitMs;
  }
}

/** The addresses of a family after a look-up, sorted; those of before where it is not known whether there are any. */
function merged(found: FamilyAddresses, before: readonly string[]): readonly string[] {
  if ('reason' in found) return found.isNone ? [] : before;
  const addresses = found.addresses.flatMap((address) => canonicalAddress(address) ?? []);
  return [...new Set(addresses)].toSorted().slice(0, maxAddresses);
}

/** How long the whole of it may be used; where one family could not be asked for, not for long. */
function ttlOf(found: readonly FamilyAddresses[]): number {
  return Math.min(...found.map((each) => ('ttlMs' in each ? each.ttlMs : each.isNone ? Infinity : maxRetryMs)));
}

function whyNot(found: readonly FamilyAddresses[]): string {
  const reasons = found.flatMap((each) => ('reason' in each ? [each] : []));
  if (reasons.length < found.length) return 'none of its addresses can be that of a server';
  // A failure says more than that there is no address of the other family.
  const [first] = reasons.toSorted((a, b) => Number(a.isNone) - Number(b.isNone));
  return first!.reason;
}
