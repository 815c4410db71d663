import inspector from 'node:inspector';

/** What happens to those where nobody listens: Node opens its debugger on the first, and the system ends the process on the others. */
const heldSignals = ['SIGUSR1', 'SIGHUP', 'SIGUSR2'] as const;
export type HeldSignal = (typeof heldSignals)[number];

/** The part of `process` that is used. */
export interface SignalSource {
  on(name: HeldSignal, listener: (name: HeldSignal) => void): unknown;
  off(name: HeldSignal, listener: (name: HeldSignal) => void): unknown;
}

/**
 * Takes the signals that would open or end something without anybody's wish, from when it is made. What comes before
 * `handle` is called waits for it, each signal once.
 */
export class HeldSignals {
  readonly #source: SignalSource;
  readonly #early = new Set<HeldSignal>();
  #handler: ((name: HeldSignal) => void) | undefined;
  readonly #onSignal = (name: HeldSignal): void => {
    if (this.#handler) this.#handler(name);
    else this.#early.add(name);
  };

  constructor(source: SignalSource) {
    this.#source = source;
    for (const name of heldSignals) source.on(name, this.#onSignal);
  }

  handle(handler: (name: HeldSignal) => void): void {
    this.#handler = handler;
    for (const name of this.#early) handler(name);
    this.#early.clear();
  }

  /** From now on they do what they do in every program. */
  release(): void {
    for (const name of heldSignals) this.#source.off(name, this.#onSignal);
  }
}

/**
 * Closes the debugger that a SIGUSR1 has opened while Node was starting; one that an option has opened stays. Node opens
 * it twice, the second time when the event loop first looks for events.
 */
export function closeUnwantedDebugger(options: readonly string[]): void {
  if (options.some((option) => option.includes('--inspect'))) return;
  const close = (): void => {
    if (inspector.url() !== undefined) inspector.close();
  };
  close();
  setImmediate(close);
}
