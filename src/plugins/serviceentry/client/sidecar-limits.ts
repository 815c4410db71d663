import { hasChoices, sizeOf, nameAt, nameLengthOf } from '../../../table/record.ts';
import { choiceWhen, theRecordItself } from '../../../table/layout.ts';
import type { TableReader } from '../../../table/reader.ts';
import { readUint16, readUint32 } from '../../../wire/message.ts';
import type { NameHasher } from '../../../wire/name-hash.ts';
import { imports } from './sidecar-egress.ts';
import { targetsFor } from './ptr-targets.ts';
import { commonView, viewFor, type Client } from './views.ts';

const choiceSize = 12;

/**
 * Finds what clients get whose Sidecar limits what they see (docs/semantics.md section 8). A client costs what its choices are,
 * mostly one, and a search in its Sidecar for each label of the host; nothing is allocated but for PTR records.
 */
export class SidecarLimits {
  readonly #table: TableReader;
  readonly #hasher: NameHasher;
  /** The record that the choice belongs to which `#first` has found. */
  #base = -1;

  constructor(table: TableReader, hasher: NameHasher) {
    this.#table = table;
    this.#hasher = hasher;
  }

  /**
   * The record for a limited client in place of the one that it would get without a limit (`seen`, -1 for none), which is
   * `record` or lies in it. -1 for none.
   */
  choose(record: number, seen: number, client: Client): number {
    const { arena } = this.#table;
    if (seen < 0 || !hasChoices(arena, seen)) return seen;
    const choice = this.#first(record, seen, client, false);
    return choice < 0 ? -1 : chosenAt(arena, this.#base, choice);
  }

  /**
   * The number of the namespace whose ServiceEntries a limited client gets of a host, 0 for none. The host's wire name
   * stands at `name`, in `length` octets.
   */
  winnerOf(name: number, length: number, client: Client): number {
    const { arena } = this.#table;
    const record = this.#table.find(this.#hasher.hash(arena, name, name + length), arena, name, length);
    const seen = record < 0 ? -1 : viewFor(arena, record, client);
    if (seen < 0 || !hasChoices(arena, seen)) return 0;
    const choice = this.#first(record, seen, client, true);
    return choice < 0 ? 0 : readUint32(arena, choice);
  }

  /** Where the first choice stands whose condition holds, or -1; `ofHost`: of those that the host itself gives. */
  #first(record: number, seen: number, client: Client, ofHost: boolean): number {
    const { arena } = this.#table;
    let base = seen;
    for (;;) {
      const list = base + readUint32(arena, base + sizeOf(arena, base) - 4);
      let at = list + 4;
      for (let left = readUint16(arena, list); left > 0; left--, at += choiceSize) {
        // What a host gives comes before all else that its name may be.
        if (ofHost && readUint32(arena, at + 4) !== choiceWhen.imported) return -1;
        if (!this.#holds(base, at, client)) continue;
        this.#base = base;
        return at;
      }
      if (readUint16(arena, list + 2) === 0) return -1;
      base = commonView(arena, record, client);
    }
  }

  #holds(base: number, choice: number, client: Client): boolean {
    const { arena } = this.#table;
    const name = nameAt(base);
    const length = nameLengthOf(arena, base);
    const namespaceId = readUint32(arena, choice);
    switch (readUint32(arena, choice + 4)) {
      case choiceWhen.imported:
        return client.limit >= 0 && imports(arena, client.limit, client.namespaceId, namespaceId, name, length);
      case choiceWhen.winner: {
        const label = arena[name]! + 1;
        return this.winnerOf(name + label, length - label, client) === namespaceId;
      }
      case choiceWhen.targets:
        return targetsFor(arena, chosenAt(arena, base, choice), this, client, 1).length > 0;
      default:
        return true;
    }
  }
}

function chosenAt(arena: Uint8Array, base: number, choice: number): number {
  const offset = readUint32(arena, choice + 8);
  return offset === theRecordItself ? base : base + offset;
}
