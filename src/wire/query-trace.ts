/** A plugin's part in a query, in monotonic milliseconds. */
export interface TracedStep {
  readonly name: string;
  /** Index of the step that it was a part of, -1 for none. */
  readonly parent: number;
  readonly startedMs: number;
  /** `undefined` while it goes on. */
  endedMs: number | undefined;
}

/** A query that causes many others notes no more than these. */
const maxSteps = 128;
const maxNotes = 32;

/** What is noted of one query while it is handled. Few queries have one: plugin `trace` decides which. */
export class QueryTrace {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly steps: TracedStep[] = [];
  /** What plugins have told of the query, by the label of metadata.ts. */
  readonly notes = new Map<string, string>();
  readonly #now: () => number;
  #current = -1;

  /** `now` gives monotonic milliseconds. */
  constructor(id: string, now: () => number) {
    this.id = id;
    this.#now = now;
  }

  /** What `run` comes to. Steps that it takes before it returns are below it. */
  step(name: string, run: () => number | Promise<number>): number | Promise<number> {
    if (this.steps.length >= maxSteps) return run();
    const outer = this.#current;
    const step: TracedStep = { name, parent: outer, startedMs: this.#now(), endedMs: undefined };
    this.#current = this.steps.push(step) - 1;
    const end = (): void => {
      step.endedMs = this.#now();
    };
    let isWaiting = false;
    try {
      const outcome = run();
      if (typeof outcome === 'number') return outcome;
      isWaiting = true;
      return outcome.finally(end);
    } finally {
      this.#current = outer;
      if (!isWaiting) end();
    }
  }

  note(label: string, text: string): void {
    if (this.notes.size < maxNotes || this.notes.has(label)) this.notes.set(label, text);
  }
}
