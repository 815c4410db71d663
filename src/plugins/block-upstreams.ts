import type { Outcome } from './plugin.ts';
import type { Query } from '../wire/query.ts';

/** A server that a plugin sends queries to, as the other plugins of the server block see it. */
export interface BlockUpstream {
  /** As messages name it: `10.0.0.1:53`. */
  readonly name: string;
  /** Only names at or below one of these are sent to it; lower-case and absolute. */
  readonly zones: readonly string[];
  /** Sends the query to this server alone, whether it is turned off or not. */
  ask(query: Query): Outcome;
  /** It gets no queries while there is a reason, such as 'it forwards to this server'; `undefined` turns it on again. */
  turnOff(reason: string | undefined): void;
}

/**
 * The servers that the plugins of one server block send queries to, in one worker, as one of these plugins has them: it adds its own,
 * and sees those of all. They may change while it serves.
 */
export class BlockUpstreams {
  readonly #own: (() => readonly BlockUpstream[])[] = [];
  readonly #all: (() => readonly BlockUpstream[]) | undefined;

  /** `all` gives those of all plugins; where it is not given there is only one. */
  constructor(all?: () => readonly BlockUpstream[]) {
    this.#all = all;
  }

  add(list: () => readonly BlockUpstream[]): void {
    this.#own.push(list);
  }

  /** Those that this plugin has added. */
  own(): readonly BlockUpstream[] {
    return this.#own.flatMap((list) => list());
  }

  /** Those that there are now. */
  list(): readonly BlockUpstream[] {
    return this.#all?.() ?? this.own();
  }
}
