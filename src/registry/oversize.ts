import type { Logger } from '../runtime/logger.ts';
import { maxMessageSize } from '../wire/codes.ts';
import { familyOf } from './address.ts';
import type { HostAnswer } from './resolve/answer.ts';
import type { ViewMap } from './resolve/view-map.ts';

/** Header, the longest question and OPT; and a record with its owner compressed, without its address. */
const overheadBytes = 12 + 259 + 11;
const recordBytes = 12;

/** Warns, once per host, of more addresses than fit the largest message: the RRset is cut (SEMANTICS.md section 10). */
export class OversizeWatch {
  readonly #logger: Logger;
  readonly #oversized = new Set<string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  check(host: string, answers: ViewMap<HostAnswer | undefined>): void {
    const excess = excessOf(answers);
    if (excess === 0) {
      if (this.#oversized.size > 0) this.#oversized.delete(host);
      return;
    }
    if (this.#oversized.has(host)) return;
    this.#oversized.add(host);
    this.#logger.warning(
      `plugin/serviceentry: host ${host} has ${excess} addresses of one family, more than a message holds: answers are cut`,
    );
  }
}

/** The number of addresses of a family that is too many; 0 where all fit. */
function excessOf(answers: ViewMap<HostAnswer | undefined>): number {
  const room = maxMessageSize - overheadBytes;
  if (answers.isUniform) return excessIn(answers.others.plain, room);
  for (const answer of answers.values()) {
    const excess = excessIn(answer, room);
    if (excess > 0) return excess;
  }
  return 0;
}

function excessIn(answer: HostAnswer | undefined, room: number): number {
  if (!answer || answer.addresses.length * (recordBytes + 16) <= room) return 0;
  const v6 = answer.addresses.filter((address) => familyOf(address) === 6).length;
  const v4 = answer.addresses.length - v6;
  if (v4 * (recordBytes + 4) > room) return v4;
  if (v6 * (recordBytes + 16) > room) return v6;
  return 0;
}
