import type { NameRecord } from './compile.ts';

/**
 * One of the records that clients get whose Sidecar limits what they see: the first whose condition holds. Lists share
 * their ends. The bytes are described in table/layout.ts.
 */
export interface Choice {
  /**
   * - `imported`: the Sidecar imports the name, as a host of the namespace;
   * - `winner`: of the host behind the first label the client gets what the namespace has;
   * - `targets`: the client gets one of the hosts in the record, with the address;
   * - `always`: nothing hides it.
   */
  readonly when: 'imported' | 'winner' | 'targets' | 'always';
  /** '' where the condition needs none. */
  readonly namespace: string;
  readonly record: NameRecord;
  readonly next: Choice | undefined;
}

/** In place of a record that clients without a limit do not see, though others may. */
export function hiddenRecord(name: Uint8Array, choices: Choice): NameRecord {
  return { name, kind: 'hidden', flags: 0, ttl: 0, choices };
}

/** From the first to the last. */
export function* choicesIn(list: Choice | undefined): Iterable<Choice> {
  for (let choice = list; choice; choice = choice.next) yield choice;
}

/** Whether every client gets a record, however its Sidecar limits it. */
export function isForLimited({ choices }: NameRecord): boolean {
  if (!choices) return true;
  for (const { when } of choicesIn(choices)) if (when === 'always') return true;
  return false;
}

/** The record, and all that may be chosen in its place, with these flags beside their own. */
export function withFlags(record: NameRecord, flags: number): NameRecord {
  const changed = { ...record, flags: record.flags | flags };
  if (!record.choices) return changed;
  let choices: Choice | undefined;
  for (const choice of [...choicesIn(record.choices)].toReversed()) {
    choices = { ...choice, record: withFlags(choice.record, flags), next: choices };
  }
  return choices ? { ...changed, choices } : changed;
}

/** Puts records over others: for clients that see the upper one that, else the lower one. One for each pair of layers. */
export class RecordStack {
  readonly #always = new Map<NameRecord, Choice>();
  /** By the lower list, then by the upper one. */
  readonly #appended = new Map<Choice, Map<Choice, Choice>>();

  put(upper: NameRecord | undefined, lower: NameRecord | undefined): NameRecord | undefined {
    if (!upper?.choices || !lower) return upper ?? lower;
    const choices = this.#append(upper.choices, lower.choices ?? this.#alwaysOf(lower));
    return { ...(upper.kind === 'hidden' ? lower : upper), choices };
  }

  #alwaysOf(record: NameRecord): Choice {
    let choice = this.#always.get(record);
    if (!choice) this.#always.set(record, (choice = { when: 'always', namespace: '', record, next: undefined }));
    return choice;
  }

  /** Ends that were shared are shared afterwards. */
  #append(upper: Choice, lower: Choice): Choice {
    let known = this.#appended.get(lower);
    if (!known) this.#appended.set(lower, (known = new Map<Choice, Choice>()));
    let appended = lower;
    for (const choice of [...choicesIn(upper)].toReversed()) {
      const before = known.get(choice);
      appended = before ?? { ...choice, next: appended };
      if (!before) known.set(choice, appended);
    }
    return appended;
  }
}
