import type { Logger } from '../../runtime/logger.ts';
import { maxMessageSize } from '../../wire/codes.ts';
import { familyOf } from '../../wire/address.ts';
import type { HostAnswer, SrvTarget } from '../resolve/answer.ts';
import type { ViewMap } from '../resolve/view-map.ts';

/** Header, the longest question and OPT; a record with its owner compressed, without its address; an SRV without its target. */
const overheadBytes = 12 + 259 + 11;
const recordBytes = 12;
const srvBytes = 18;
const room = maxMessageSize - overheadBytes;

/** Warns, once per host, of more records than fit the largest message: the RRset is cut (docs/semantics.md section 10). */
export class OversizeWatch {
  readonly #logger: Logger;
  readonly #maxRecords: number;
  readonly #oversized = new Set<string>();

  /** An answer has at most `maxRecords`, whatever there is. */
  constructor(logger: Logger, maxRecords = Infinity) {
    this.#logger = logger;
    this.#maxRecords = maxRecords;
  }

  check(host: string, answers: ViewMap<HostAnswer | undefined>): void {
    const excess = this.#excessOf(answers);
    if (excess === undefined) {
      if (this.#oversized.size > 0) this.#oversized.delete(host);
      return;
    }
    if (this.#oversized.has(host)) return;
    this.#oversized.add(host);
    this.#logger.warning(
      `plugin/serviceentry: host ${host} has ${excess}, more than a message holds: answers are cut, each one elsewhere`,
    );
  }

  /** What is too many; `undefined` where all fit. */
  #excessOf(answers: ViewMap<HostAnswer | undefined>): string | undefined {
    if (answers.isUniform) return this.#excessIn(answers.others.plain);
    for (const answer of answers.values()) {
      const excess = this.#excessIn(answer);
      if (excess !== undefined) return excess;
    }
    return undefined;
  }

  #excessIn(answer: HostAnswer | undefined): string | undefined {
    if (!answer) return undefined;
    const { addresses, services, host } = answer;
    if (addresses.length * (recordBytes + 16) > room) {
      const v6 = addresses.filter((address) => familyOf(address) === 6).length;
      const v4 = addresses.length - v6;
      if (this.#shown(v4) * (recordBytes + 4) > room) return `${v4} addresses of one family`;
      if (this.#shown(v6) * (recordBytes + 16) > room) return `${v6} addresses of one family`;
    }
    for (const { records } of services) {
      const shown = this.#shown(records.length);
      // The longest target has 255 octets: most sets need no more than this.
      if (shown * (srvBytes + 255) <= room) continue;
      let size = 0;
      for (const { target } of records) size += srvBytes + targetSize(target, host);
      if ((size * shown) / records.length > room) return `${records.length} SRV records of one name`;
    }
    return undefined;
  }

  #shown(count: number): number {
    return Math.min(count, this.#maxRecords);
  }
}

/** Octets of a target's name on the wire. */
function targetSize(target: SrvTarget, host: string): number {
  if (target.kind === 'name') return target.name.length + 2;
  return host.length + 2 + (target.kind === 'endpoint' ? target.label.length + 1 : 0);
}
