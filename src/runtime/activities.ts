/** Something that the control plane has done. */
export interface Activity {
  /** `registry change`. */
  readonly name: string;
  /** Unix time in milliseconds. */
  readonly startedMs: number;
  readonly durationMs: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Why it failed; `undefined` where it did not. */
  readonly failure?: string | undefined;
}

/** Tells whoever wants to know what the control plane does. Where nobody does it costs nothing. */
export class Activities {
  readonly #listeners = new Set<(activity: Activity) => void>();

  /** Calls back with each activity from now on; the result ends it. */
  watch(listener: (activity: Activity) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  record(activity: Activity): void {
    for (const listener of this.#listeners) listener(activity);
  }
}
