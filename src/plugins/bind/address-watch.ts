import { normalizeAddress } from '../../wire/address.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import { poll } from '../../runtime/poll.ts';
import type { Interfaces } from '../plugin.ts';

const pollMs = 5000;

export interface AddressWatchEnvironment {
  readonly interfaces: Interfaces;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The interface of a link-local address is another one now: sockets of the one before hear nothing. */
  onMoved(address: string): void;
}

interface Watched {
  /** Number of the interface that is the scope of the address, 0 where it has none. */
  scope: number;
  isThere: boolean;
}

/**
 * Looks whether the machine still has the addresses that are listened on. The system says nothing when one goes with its
 * interface: its sockets stay open, hear nothing, and hear again when it is back. So it is said in the log.
 */
export class AddressWatch {
  readonly #environment: AddressWatchEnvironment;
  readonly #watched = new Map<string, Watched>();
  #end: (() => void) | undefined;

  constructor(environment: AddressWatchEnvironment) {
    this.#environment = environment;
  }

  /** Watches those of `addresses` that an interface has now: others are the machine's in another way, as 127.0.0.2 is. */
  start(addresses: readonly string[]): void {
    const now = this.#look();
    for (const address of addresses) {
      const scope = now?.get(address);
      if (scope !== undefined) this.#watched.set(address, { scope, isThere: true });
    }
    if (this.#watched.size > 0) this.#end = poll(this.#environment.clock, pollMs, () => this.#poll());
  }

  stop(): void {
    this.#end?.();
  }

  #poll(): void {
    const now = this.#look();
    if (!now) return;
    const { logger } = this.#environment;
    for (const [address, watched] of this.#watched) {
      const scope = now.get(address);
      if (scope === undefined) {
        if (watched.isThere) {
          const why = `this machine does not have ${address} any more, or its interface is down`;
          logger.warning(`plugin/bind: ${why}: nobody is answered there until it is back`);
        }
        watched.isThere = false;
        continue;
      }
      if (!watched.isThere) logger.info(`plugin/bind: ${address} is back`);
      watched.isThere = true;
      if (scope !== watched.scope) this.#environment.onMoved(address);
      watched.scope = scope;
    }
  }

  /** Address → number of its scope; `undefined` where the system does not tell (a seccomp policy). */
  #look(): ReadonlyMap<string, number> | undefined {
    try {
      return scopesByAddress(this.#environment.interfaces());
    } catch {
      return undefined;
    }
  }
}

/** Link-local addresses have the name of their interface as their scope, as `bind` has it. */
function scopesByAddress(interfaces: ReturnType<Interfaces>): Map<string, number> {
  const scopes = new Map<string, number>();
  for (const [name, entries = []] of Object.entries(interfaces)) {
    for (const { address, scopeid = 0 } of entries) {
      const canonical = normalizeAddress(address);
      if (canonical !== undefined) scopes.set(`${canonical}${scopeid === 0 ? '' : `%${name}`}`, scopeid);
    }
  }
  return scopes;
}
