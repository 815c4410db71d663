export interface Flushable {
  flush(): void;
}

/**
 * The end of a turn of the event loop, when whoever has collected something sends it: by then all that had arrived has
 * been read and answered, and many replies go out in one write.
 */
export class TickFlusher {
  readonly #defer: (callback: () => void) => void;
  readonly #end = (): void => {
    // What is added meanwhile is flushed too.
    for (const each of this.#added) each.flush();
    this.#added.length = 0;
  };
  readonly #added: Flushable[] = [];

  /** `defer` calls back once, when the turn ends. */
  constructor(defer: (callback: () => void) => void = setImmediate) {
    this.#defer = defer;
  }

  /** Calls `flush` when the turn ends. */
  add(flushable: Flushable): void {
    if (this.#added.push(flushable) === 1) this.#defer(this.#end);
  }
}
