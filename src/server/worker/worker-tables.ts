import type { TableHandle } from '../../table/layout.ts';
import { TableReader } from '../../table/reader.ts';

/** A collection makes queries wait for some milliseconds: too long for a little memory. */
export const enoughBytes = 16 * 1024 * 1024;

/**
 * A worker's answer tables by name. The memory of a generation that was replaced stays until all threads that had it have
 * collected their garbage, and a worker that allocates nothing, as for answers over UDP, never would: so it collects when
 * there is enough to be had.
 */
export class WorkerTables {
  readonly #collectGarbage: () => void;
  readonly #readers = new Map<string, TableReader>();
  /** Octets of each table's generation, with what was never written to. */
  readonly #bytes = new Map<string, number>();
  /** Of generations that were replaced since the last collection. */
  #replacedBytes = 0;

  constructor(collectGarbage: () => void) {
    this.#collectGarbage = collectGarbage;
  }

  add(name: string, handle: TableHandle): void {
    this.#readers.set(name, new TableReader(handle));
    this.#bytes.set(name, bytesOf(handle));
  }

  /** Forgets those whose names are not to be kept. */
  retain(isKept: (name: string) => boolean): void {
    let replaced = 0;
    for (const [name, bytes] of this.#bytes) {
      if (isKept(name)) continue;
      this.#readers.delete(name);
      this.#bytes.delete(name);
      replaced += bytes;
    }
    this.#replaced(replaced);
  }

  /** Throws where there is none of this name. */
  reader(name: string): TableReader {
    const reader = this.#readers.get(name);
    if (!reader) throw new Error(`no table '${name}'`);
    return reader;
  }

  /** Switches to a new generation. */
  replace(name: string, handle: TableHandle): void {
    const reader = this.#readers.get(name);
    if (!reader) {
      this.add(name, handle);
      return;
    }
    reader.use(handle);
    this.#replaced(this.#bytes.get(name)!);
    this.#bytes.set(name, bytesOf(handle));
  }

  #replaced(bytes: number): void {
    this.#replacedBytes += bytes;
    if (this.#replacedBytes < enoughBytes) return;
    this.#replacedBytes = 0;
    this.#collectGarbage();
  }
}

function bytesOf({ slots, arena }: TableHandle): number {
  return slots.byteLength + arena.byteLength;
}
