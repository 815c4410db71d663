import { Backoff } from '../../kubernetes/backoff.ts';
import type { Clock } from '../../runtime/clock.ts';
import { errorStack } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { PublicHosts } from '../inspection.ts';
import { changeLines } from '../../dynamic-update/change-text.ts';
import type { PublishTarget } from './config.ts';
import type { ZonePass, ZonePublisher } from './zone-publisher.ts';

/** Changes of the registry come in groups: so long is waited for more of them. */
const debounceMs = 100;
/** Whether the registry is synced, or is another one since a reload, is looked at so often. */
const lookMs = 1000;
/** Replicas do not all compare at the same time. */
const jitter = 0.1;
const minBackoffMs = 1000;
const maxBackoffMs = 60_000;
const resetBackoffMs = 600_000;
/** Lines of a dry run in the log. */
const maxLogged = 50;

export interface PublishLoopOptions {
  readonly target: PublishTarget;
  readonly publisher: Pick<ZonePublisher, 'compare' | 'update' | 'isBehind'>;
  readonly hosts: () => PublicHosts | undefined;
  /** Whether this process is the one that writes. */
  readonly isLeader: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Gives numbers in [0, 1). */
  readonly random: () => number;
}

/**
 * When the zones of one line are brought into step: at the start, a moment after each change of the registry, after each `interval`, and
 * again after a failure. Nothing is done before the registry is synced, or while another process has the lease.
 */
export class PublishLoop {
  readonly #options: PublishLoopOptions;
  readonly #backoff: Backoff;
  #hosts: PublicHosts | undefined;
  #unsubscribe = (): void => undefined;
  readonly #changed = new Set<string>();
  /** On the clock: when all is compared. */
  #compareAt = 0;
  /** When the changes are looked at. */
  #updateAt = Infinity;
  #cancelTimer = (): void => undefined;
  #running: Promise<void> | undefined;
  #isStopped = false;
  #wasLeader = false;
  /** Zones that are not in step, with what was logged of that. */
  readonly #logged = new Map<string, string>();

  constructor(options: PublishLoopOptions) {
    this.#options = options;
    this.#backoff = new Backoff(minBackoffMs, maxBackoffMs, resetBackoffMs, options.random);
  }

  start(): void {
    this.#compareAt = this.#options.clock.now();
    this.wake();
  }

  /** Looks at what is to be done now: this process has become the leader, or something else has changed. */
  wake(): void {
    if (this.#isStopped || this.#running) return;
    this.#cancelTimer();
    this.#subscribe();
    const { clock, isLeader } = this.#options;
    const hosts = this.#hosts;
    const mayRun = hosts?.isSynced === true && isLeader();
    // Another process has written meanwhile.
    if (!isLeader()) this.#wasLeader = false;
    else if (!this.#wasLeader) {
      this.#wasLeader = true;
      this.#compareAt = clock.now();
    }
    const now = clock.now();
    if (mayRun && now >= Math.min(this.#compareAt, this.#updateAt)) {
      this.#running = this.#run(hosts, now >= this.#compareAt).finally(() => {
        this.#running = undefined;
        this.wake();
      });
      return;
    }
    const nextMs = mayRun ? Math.min(this.#compareAt, this.#updateAt) - now : Infinity;
    this.#cancelTimer = clock.after(Math.max(0, Math.min(nextMs, lookMs)), () => this.wake());
  }

  /** Resolves when what was under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer();
    this.#unsubscribe();
    await this.#running;
  }

  /** A reload may have replaced the registry. */
  #subscribe(): void {
    const hosts = this.#options.hosts();
    if (hosts === this.#hosts) return;
    this.#unsubscribe();
    this.#hosts = hosts;
    this.#compareAt = this.#options.clock.now();
    this.#unsubscribe =
      hosts?.onChange((changed) => {
        for (const host of changed) this.#changed.add(host);
        if (this.#updateAt !== Infinity) return;
        this.#updateAt = this.#options.clock.now() + debounceMs;
        this.wake();
      }) ?? ((): void => undefined);
  }

  async #run(hosts: PublicHosts, isAll: boolean): Promise<void> {
    const { publisher, clock, target, random } = this.#options;
    const changed = [...this.#changed];
    this.#changed.clear();
    this.#updateAt = Infinity;
    if (isAll) this.#compareAt = clock.now() + target.intervalMs * (1 + jitter * random());
    let passes: ZonePass[];
    try {
      passes = await (isAll ? publisher.compare(hosts) : publisher.update(hosts, changed));
    } catch (error) {
      if (this.#isStopped) return;
      // A defect; it must not end the work for good.
      this.#options.logger.error(`plugin/publish: ${errorStack(error)}`);
      this.#compareAt = Math.min(this.#compareAt, clock.now() + maxBackoffMs);
      return;
    }
    for (const pass of passes) this.#log(pass);
    if (!publisher.isBehind) {
      this.#backoff.reset();
      return;
    }
    // Only a person can allow more removals.
    const waitsForPerson = passes.every(({ error }) => error === undefined || error.failure === 'removals');
    if (!waitsForPerson) this.#compareAt = Math.min(this.#compareAt, clock.now() + this.#backoff.next(clock.now()));
  }

  #log({ zone, changes, refused, error }: ZonePass): void {
    const { logger, target } = this.#options;
    const at = `plugin/publish: ${zone}`;
    if (error) {
      if (this.#logged.get(zone) !== error.message) logger.error(`${at} ${error.message}`);
      this.#logged.set(zone, error.message);
      return;
    }
    const wasBehind = this.#logged.delete(zone);
    for (const [host, text] of refused) logger.warning(`${at} ${host} is left out: the server says ${text}`);
    const count = changes.reduce((sum, each) => sum + each.changes.length, 0);
    if (target.isDryRun && count > 0) {
      const lines = [...changeLines(changes)];
      logger.info(`${at} ${count} RRsets would be changed (dry_run)`);
      for (const line of lines.slice(0, maxLogged)) logger.info(`${at} ${line}`);
      if (lines.length > maxLogged) logger.info(`${at} and ${lines.length - maxLogged} more lines`);
    } else if (count > 0) logger.info(`${at} ${count} RRsets were changed`);
    else if (wasBehind) logger.info(`${at} is in step again`);
  }
}
