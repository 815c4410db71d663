import type { Clock } from '../runtime/clock.ts';
import { ApiError, describeError } from './api-errors.ts';
import type { Lease, LeaseApi, LeaseSpec } from './lease.ts';

/** Times of an election; the defaults are those of Kubernetes's own components (client-go's leaderelection). */
export interface ElectionTiming {
  /** Others wait for so long, from when they have last seen it renewed. */
  readonly leaseMs: number;
  /** The holder stops for itself when it could not renew for so long: before others may begin. */
  readonly renewDeadlineMs: number;
  /** Between two attempts. */
  readonly retryMs: number;
}

export const defaultElectionTiming: ElectionTiming = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2000 };

/** Replicas that were started together do not ask together. */
const jitter = 0.2;

export interface LeaderElectorOptions {
  readonly lease: LeaseApi;
  /** Unique: of two processes one must not take the other's lease for its own. */
  readonly identity: string;
  readonly clock: Clock;
  /** Gives numbers in [0, 1). */
  readonly random: () => number;
  readonly timing?: ElectionTiming;
  /** Called when it has become the leader, or is it no longer. */
  readonly onChange: (isLeader: boolean) => void;
  /** Called with the reason where the API server cannot be asked; once until the reason is another. */
  readonly onTrouble: (message: string) => void;
}

/**
 * Takes part in the election of a leader by a Lease, as client-go's leaderelection does, together with whatever uses that. Only
 * intervals of the own clock count: `renewTime` of others is never compared with it, only seen to change.
 */
export class LeaderElector {
  readonly #options: LeaderElectorOptions;
  readonly #timing: ElectionTiming;
  /** As it was last seen, and when that was. */
  #observed: Lease | undefined;
  #observedAt = -Infinity;
  /** When the request was sent that renewed it last. */
  #renewedAt = -Infinity;
  #wasLeader = false;
  #trouble = '';
  #isStopped = false;
  #cancelTimer = (): void => undefined;
  #cancelDeadline = (): void => undefined;
  #attempt: Promise<void> = Promise.resolve();

  constructor(options: LeaderElectorOptions) {
    this.#options = options;
    this.#timing = options.timing ?? defaultElectionTiming;
  }

  start(): void {
    this.#run();
  }

  /** Whether this process may act at this moment; false when the lease could not be renewed in time, whatever came of the attempt. */
  get isLeader(): boolean {
    const { clock } = this.#options;
    return !this.#isStopped && clock.now() - this.#renewedAt < this.#timing.renewDeadlineMs;
  }

  /** Who holds the lease, as far as it is known. */
  get holder(): string {
    return this.#observed?.spec.holderIdentity ?? '';
  }

  /** Gives the lease back, so that another one can begin at once. Nothing is acted upon any more. Never rejects. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#cancelTimer();
    this.#cancelDeadline();
    await this.#attempt;
    const { lease, identity } = this.#options;
    if (this.#observed?.spec.holderIdentity !== identity) return;
    try {
      await lease.update(this.#observed, {
        ...this.#spec(this.#observed),
        holderIdentity: '',
        leaseDurationSeconds: 1,
      });
    } catch {
      // It ends by itself.
    }
  }

  #run(): void {
    if (this.#isStopped) return;
    this.#attempt = this.#try().then(() => {
      if (this.#isStopped) return;
      const { clock, random } = this.#options;
      this.#cancelTimer = clock.after(this.#timing.retryMs * (1 + jitter * random()), () => this.#run());
    });
  }

  async #try(): Promise<void> {
    const { clock, identity, onTrouble } = this.#options;
    const startedAt = clock.now();
    try {
      const current = await this.#acquire();
      this.#observe(current);
      if (current.spec.holderIdentity === identity) this.#renewedAt = startedAt;
      this.#trouble = '';
    } catch (error) {
      // Another one was faster.
      const message = error instanceof ApiError && error.status === 409 ? '' : describeError(error);
      if (message !== '' && message !== this.#trouble) onTrouble(message);
      this.#trouble = message;
    }
    this.#report();
  }

  /** The lease as it is after an attempt to have it. */
  async #acquire(): Promise<Lease> {
    const { lease, identity, clock } = this.#options;
    const current = await lease.get();
    if (!current) return lease.create(this.#spec(undefined));
    this.#observe(current);
    const { holderIdentity, leaseDurationSeconds } = current.spec;
    const isHeld = holderIdentity !== '' && clock.now() - this.#observedAt < leaseDurationSeconds * 1000;
    if (isHeld && holderIdentity !== identity) return current;
    return lease.update(current, this.#spec(current));
  }

  #observe(current: Lease): void {
    if (current.resourceVersion === this.#observed?.resourceVersion) return;
    this.#observed = current;
    this.#observedAt = this.#options.clock.now();
  }

  /** That of this process as the holder. */
  #spec(before: Lease | undefined): LeaseSpec {
    const { identity, clock } = this.#options;
    const now = `${new Date(clock.wall()).toISOString().slice(0, -1)}000Z`;
    const isRenewal = before?.spec.holderIdentity === identity;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(this.#timing.leaseMs / 1000),
      acquireTime: isRenewal ? before.spec.acquireTime : now,
      renewTime: now,
      leaseTransitions: (before?.spec.leaseTransitions ?? 0) + (isRenewal || !before ? 0 : 1),
    };
  }

  #report(): void {
    const { clock, onChange } = this.#options;
    const { isLeader } = this;
    this.#cancelDeadline();
    if (isLeader) {
      const leftMs = this.#renewedAt + this.#timing.renewDeadlineMs - clock.now();
      this.#cancelDeadline = clock.after(leftMs, () => this.#report());
    }
    if (isLeader === this.#wasLeader) return;
    this.#wasLeader = isLeader;
    onChange(isLeader);
  }
}
