import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { CheckState } from '../resolve/checked.ts';
import type { CheckConfig } from './check-config.ts';
import type { CheckPolicy } from './check-policy.ts';
import type { Connect } from './connect.ts';

/*
 * check/ finds out which endpoints are up, by connecting to them (option `check`).
 *
 *     hosts that are resolved ─► CheckedHosts ─► Checker ─► Connect
 *     hosts to resolve again ◄───────┘ ◄─ changes ─┘
 */

export interface CheckerOptions {
  readonly config: CheckConfig;
  readonly policy: CheckPolicy;
  readonly connect: Connect;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** These targets are up that were down, or the other way round. */
  readonly onChange: (targets: ReadonlySet<string>) => void;
}

/** Counts since the start. */
export interface CheckCounts {
  readonly successes: number;
  readonly failures: number;
  readonly risen: number;
  readonly fallen: number;
}

interface Target {
  readonly key: string;
  readonly ip: string;
  readonly port: number;
  isDown: boolean;
  sinceMs: number;
  error: string;
  /** Results in a row that say the opposite of `isDown`. */
  against: number;
  /** Where it is in the round. */
  place: number;
  /** Gives up the check that is under way. */
  cancel: (() => void) | undefined;
}

/** Steps are so far apart at least, and start so many checks at most: a thousand in a second. */
const minStepMs = 20;
const maxPerStep = 20;
/** Changes are passed on together. */
const batchMs = 100;
const shownTargets = 5;

/**
 * Checks targets one after the other, all of them in each interval: with 50 targets and 5 seconds one every 100 milliseconds. So nothing
 * comes in bursts. What would be more than a thousand checks in a second, or more connections than may be open, takes its time: the round then is
 * longer than the interval, as `roundMs` says. What is new counts as up.
 */
export class Checker {
  readonly #options: CheckerOptions;
  readonly #targets = new Map<string, Target>();
  /** In the order in which they have their turn, and who is next. */
  readonly #round: Target[] = [];
  #next = 0;
  readonly #denied = new Map<string, number>();
  readonly #counts = { successes: 0, failures: 0, risen: 0, fallen: 0 };
  #down = 0;
  #running = 0;
  #roundStart: number | undefined;
  #roundMs: number | undefined;
  /** When the last step was, and how long the next one is waited for, without jitter. */
  #stepMs = 0;
  #waitsMs = 0;
  #cancelStep: (() => void) | undefined;
  #changed = new Set<string>();
  #cancelBatch: (() => void) | undefined;

  constructor(options: CheckerOptions) {
    this.#options = options;
  }

  get counts(): CheckCounts {
    return this.#counts;
  }

  /** How many targets there are of each state. */
  get states(): Readonly<Record<CheckState['state'], number>> {
    return { up: this.#targets.size - this.#down, down: this.#down, 'not-allowed': this.#denied.size };
  }

  /** How long the last round took in which all had their turn; `undefined` before the first one is over. */
  get roundMs(): number | undefined {
    return this.#roundMs;
  }

  /** Of a target that is checked, or may not be. */
  stateOf(key: string): CheckState | undefined {
    const deniedMs = this.#denied.get(key);
    if (deniedMs !== undefined) return { state: 'not-allowed', sinceMs: deniedMs, error: '' };
    const target = this.#targets.get(key);
    return target && { state: target.isDown ? 'down' : 'up', sinceMs: target.sinceMs, error: target.error };
  }

  /** `10.0.0.1:80` or `[2001:db8::1]:80`, which nobody has added. */
  add(key: string): void {
    const colon = key.lastIndexOf(':');
    const ip = key.slice(0, colon).replace(/^\[|\]$/g, '');
    const { clock, policy } = this.#options;
    const sinceMs = clock.wall();
    if (!policy.allows(ip)) {
      this.#denied.set(key, sinceMs);
      return;
    }
    const port = Number(key.slice(colon + 1));
    const place = this.#round.length;
    const target: Target = { key, ip, port, isDown: false, sinceMs, error: '', against: 0, place, cancel: undefined };
    this.#targets.set(key, target);
    this.#round.push(target);
    if (!this.#cancelStep) {
      this.#stepMs = clock.now();
      this.#schedule();
    } else if (this.#pauseMs < this.#waitsMs) this.#schedule();
  }

  remove(key: string): void {
    this.#denied.delete(key);
    const target = this.#targets.get(key);
    if (!target) return;
    this.#targets.delete(key);
    this.#changed.delete(key);
    if (target.isDown) this.#down--;
    this.#end(target);
    // The last one takes its place, which may cost it one turn.
    const last = this.#round.pop()!;
    if (last === target) return;
    this.#round[target.place] = last;
    last.place = target.place;
  }

  stop(): void {
    this.#cancelStep?.();
    this.#cancelBatch?.();
    for (const target of this.#round) this.#end(target);
  }

  /** How many checks a step starts. */
  get #perStep(): number {
    const needed = Math.ceil((this.#round.length * minStepMs) / this.#options.config.intervalMs);
    return Math.min(maxPerStep, Math.max(1, needed));
  }

  /** From one step to the next. */
  get #pauseMs(): number {
    return Math.max(minStepMs, (this.#options.config.intervalMs * this.#perStep) / this.#round.length);
  }

  /** Has the next step come as long after the last one as it should be with the targets that there are now. */
  #schedule(): void {
    this.#cancelStep?.();
    this.#cancelStep = undefined;
    if (this.#round.length === 0) return;
    const { clock, config, random } = this.#options;
    this.#waitsMs = this.#pauseMs;
    const shift = 1 + config.jitter * (2 * random() - 1);
    const dueMs = this.#stepMs + this.#waitsMs * shift;
    this.#cancelStep = clock.after(Math.max(0, dueMs - clock.now()), () => {
      this.#stepMs = clock.now();
      this.#step();
      this.#schedule();
    });
  }

  #step(): void {
    for (let left = this.#perStep; left > 0 && this.#running < this.#options.config.maxConcurrent; left--) {
      if (this.#next >= this.#round.length) this.#next = 0;
      if (this.#next === 0) this.#beginRound();
      const target = this.#round[this.#next++];
      // One that is still waited for will say something soon.
      if (target && !target.cancel) this.#check(target);
    }
  }

  #beginRound(): void {
    const now = this.#options.clock.now();
    if (this.#roundStart !== undefined) this.#roundMs = now - this.#roundStart;
    this.#roundStart = now;
  }

  #check(target: Target): void {
    const { clock, config, connect } = this.#options;
    this.#running++;
    const giveUp = connect(target.ip, target.port, (error) => this.#checked(target, error));
    const cancelTimeout = clock.after(config.timeoutMs, () => this.#checked(target, 'timeout'));
    target.cancel = () => {
      giveUp();
      cancelTimeout();
    };
  }

  /** Ends the check that is under way, where one is. */
  #end(target: Target): void {
    if (!target.cancel) return;
    target.cancel();
    target.cancel = undefined;
    this.#running--;
  }

  #checked(target: Target, error: string | undefined): void {
    const { config, clock } = this.#options;
    this.#end(target);
    target.error = error ?? '';
    if (error === undefined) this.#counts.successes++;
    else this.#counts.failures++;
    const isAgainst = (error === undefined) === target.isDown;
    target.against = isAgainst ? target.against + 1 : 0;
    if (target.against < (target.isDown ? config.rise : config.fall)) return;
    target.isDown = !target.isDown;
    target.sinceMs = clock.wall();
    target.against = 0;
    this.#down += target.isDown ? 1 : -1;
    this.#counts[target.isDown ? 'fallen' : 'risen']++;
    // What falls and rises again before it was passed on has not changed.
    if (!this.#changed.delete(target.key)) this.#changed.add(target.key);
    this.#cancelBatch ??= clock.after(batchMs, () => this.#passOn());
  }

  #passOn(): void {
    this.#cancelBatch = undefined;
    const changed = [...this.#changed].filter((key) => this.#targets.has(key));
    this.#changed = new Set();
    const down = changed.filter((key) => this.#targets.get(key)!.isDown);
    const up = changed.filter((key) => !this.#targets.get(key)!.isDown);
    const { logger } = this.#options;
    const reason = (key: string): string => `${key} (${this.#targets.get(key)!.error})`;
    if (down.length > 0) logger.warning(`plugin/serviceentry: check: down: ${listed(down.map(reason))}`);
    if (up.length > 0) logger.info(`plugin/serviceentry: check: up again: ${listed(up)}`);
    if (changed.length > 0) this.#options.onChange(new Set(changed));
  }
}

function listed(items: readonly string[]): string {
  const more = items.length - shownTargets;
  const shown = items.slice(0, shownTargets).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}
