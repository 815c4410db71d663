import type { Query } from '../../wire/query.ts';
import { looksLikeProbe, nonceWord, nonceWords, probeIndex } from './probe.ts';

/** Upstreams of a server block that are looked after; those behind them are not probed. */
export const maxUpstreams = 128;

/** Of one upstream: the nonce of its last probe, who was asked, whether it came back, who is turned off, and how often that was. */
const slot = {
  nonce: 0,
  asked: nonceWords,
  returned: nonceWords + 1,
  off: nonceWords + 2,
  detections: nonceWords + 3,
} as const;
const slotLength = nonceWords + 4;
const slotsAt = 1;

export const sharedLength = slotsAt + maxUpstreams * slotLength;

/**
 * What the workers know together about the upstreams of a server block, by their index in its list. A list may change, and not in all
 * workers at once: an upstream counts as turned off only where a hash of its name says so too.
 */
export class SharedState {
  readonly #numbers: Int32Array;

  constructor(numbers: Int32Array) {
    this.#numbers = numbers;
  }

  /** Changes whenever an upstream was turned off or on. */
  get generation(): number {
    return Atomics.load(this.#numbers, 0);
  }

  /** An upstream is about to get a probe with this nonce, of which the last one is forgotten. Only one worker calls it. */
  begin(index: number, name: string, nonce: Int32Array): void {
    const at = slotsAt + index * slotLength;
    Atomics.store(this.#numbers, at + slot.asked, hashOf(name));
    Atomics.store(this.#numbers, at + slot.returned, 0);
    for (let i = 0; i < nonceWords; i++) Atomics.store(this.#numbers, at + slot.nonce + i, nonce[i]!);
  }

  /** Index of the upstream that the query was sent to as its last probe; -1 where it is no probe, or is forged. */
  find(query: Query): number {
    if (!looksLikeProbe(query)) return -1;
    const index = probeIndex(query);
    if (!(index < maxUpstreams)) return -1;
    const at = slotsAt + index * slotLength;
    if (Atomics.load(this.#numbers, at + slot.asked) === 0) return -1;
    for (let i = 0; i < nonceWords; i++) {
      if (Atomics.load(this.#numbers, at + slot.nonce + i) !== nonceWord(query, i)) return -1;
    }
    return index;
  }

  /** The last probe came back: its upstream is turned off. Returns whether it was on before. */
  returned(index: number): boolean {
    const at = slotsAt + index * slotLength;
    Atomics.store(this.#numbers, at + slot.returned, 1);
    const asked = Atomics.load(this.#numbers, at + slot.asked);
    const wasOn = Atomics.exchange(this.#numbers, at + slot.off, asked) !== asked;
    if (wasOn) Atomics.add(this.#numbers, at + slot.detections, 1);
    this.#changed();
    return wasOn;
  }

  hasReturned(index: number): boolean {
    return Atomics.load(this.#numbers, slotsAt + index * slotLength + slot.returned) !== 0;
  }

  turnOn(index: number): void {
    Atomics.store(this.#numbers, slotsAt + index * slotLength + slot.off, 0);
    this.#changed();
  }

  isOff(index: number, name: string): boolean {
    return Atomics.load(this.#numbers, slotsAt + index * slotLength + slot.off) === hashOf(name);
  }

  /** How often what is in this place was turned off. */
  detections(index: number): number {
    return Atomics.load(this.#numbers, slotsAt + index * slotLength + slot.detections);
  }

  #changed(): void {
    Atomics.add(this.#numbers, 0, 1);
  }
}

/** FNV-1a; never 0. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash === 0 ? 1 : hash;
}
