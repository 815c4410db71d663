import { quote } from '../../../corefile/quote.ts';

const maxShown = 3;

/** What is left out of a hosts file: how much, and the first of it for people. */
export class EntryFaults {
  count = 0;
  readonly #shown: string[] = [];

  /** `word` is in Latin-1; `reason` is to be put behind it, such as `is no address`. */
  add(line: number, word: string, reason: string): void {
    if (this.count++ >= maxShown) return;
    this.#shown.push(`line ${line}: ${quote(Buffer.from(word, 'latin1').toString())} ${reason}`);
  }

  /** `3 entries are left out: line 4: …; line 7: …`; '' where there are none. */
  get text(): string {
    if (this.count === 0) return '';
    const more = this.count > maxShown ? `; and ${this.count - maxShown} more` : '';
    return `${this.count} ${this.count === 1 ? 'entry is' : 'entries are'} left out: ${this.#shown.join('; ')}${more}`;
  }
}
