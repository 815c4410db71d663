import type { Source } from '../../registry/sources/source.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import { poll } from '../../runtime/poll.ts';

/** Between two looks, and between two lines of the log. */
const lookMs = 1000;
const logMs = 30_000;
const maxShown = 5;

/** Logs what a registry waits for, until all of its sources have been read. */
export class SyncWatch {
  readonly #unsynced: Set<Source>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #onWaiting: (text: string) => void;
  #startedAt = 0;
  /** Of the last line; `undefined` as long as nothing is overdue. */
  #loggedAt: number | undefined;
  #waiting = '';
  #end: (() => void) | undefined;

  /** `onWaiting` gets what is waited for whenever that changes, for the errors of queries; '' at the end. */
  constructor(sources: Iterable<Source>, clock: Clock, logger: Logger, onWaiting: (text: string) => void) {
    this.#unsynced = new Set(sources);
    this.#clock = clock;
    this.#logger = logger;
    this.#onWaiting = onWaiting;
  }

  start(): void {
    this.#startedAt = this.#clock.now();
    this.#look();
    this.#end = poll(this.#clock, lookMs, () => this.#look());
  }

  /** Returns whether it was the last one. */
  synced(source: Source): boolean {
    this.#unsynced.delete(source);
    if (this.#unsynced.size > 0) return false;
    this.stop();
    this.#say('');
    if (this.#loggedAt !== undefined) {
      const seconds = ((this.#clock.now() - this.#startedAt) / 1000).toFixed(1);
      this.#logger.info(`plugin/serviceentry: the registry is synced, after ${seconds} s`);
    }
    return true;
  }

  /** The time that a start may take is over: it goes on without. */
  overdue(): void {
    this.#log('starting server with unsynced registry');
  }

  stop(): void {
    this.#end?.();
  }

  /** `waiting for kubernetes(east): ServiceEntry for 12 s: 503 down`; '' where it is not known. */
  get text(): string {
    return this.#text((ms) => ` for ${Math.max(0, Math.round((this.#clock.wall() - ms) / 1000))} s`);
  }

  #look(): void {
    this.#say(this.#text(() => ''));
    if (this.#loggedAt !== undefined && this.#clock.now() - this.#loggedAt >= logMs) {
      this.#log('the registry is not synced yet');
    }
  }

  #log(what: string): void {
    const { text } = this;
    this.#loggedAt = this.#clock.now();
    this.#logger.warning(`plugin/serviceentry: ${what}${text === '' ? '' : `: ${text}`}`);
  }

  #say(text: string): void {
    if (text === this.#waiting) return;
    this.#waiting = text;
    this.#onWaiting(text);
  }

  #text(sinceText: (sinceMs: number) => string): string {
    const all: string[] = [];
    for (const source of this.#unsynced) {
      for (const { cluster, kind, isSynced, startedMs, trouble } of source.status?.() ?? []) {
        if (isSynced) continue;
        const since = startedMs === undefined ? '' : sinceText(startedMs);
        all.push(`kubernetes(${cluster}): ${kind}${since}: ${startedMs === undefined ? 'not asked for yet' : trouble}`);
      }
    }
    if (all.length === 0) return '';
    const more = all.length > maxShown ? `; and ${all.length - maxShown} more` : '';
    return `waiting for ${all.slice(0, maxShown).join('; ')}${more}`;
  }
}
