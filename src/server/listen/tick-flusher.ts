export interface Flushable {
  flush(): void;
}

/**
 * Flushes what was collected at the end of a tick of the event loop. By then all that had arrived has been read and answered,
 * and many replies leave in one write.
 */
export class TickFlusher {
  readonly #defer: (callback: () => void) => void;
  readonly #added: Flushable[] = [];

  /** `defer` calls back once, at the end of the tick. */
  constructor(defer: (callback: () => void) => void = setImmediate) {
    this.#defer = defer;
  }

  /** Flushes it at the end of the tick. */
  add(flushable: Flushable): void {
    if (this.#added.push(flushable) === 1) this.#defer(this.#flush);
  }

  readonly #flush = (): void => {
    // What is added meanwhile is flushed too.
    for (const each of this.#added) each.flush();
    this.#added.length = 0;
  };
}
