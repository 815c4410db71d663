import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** File names have at most 255 octets. */
const maxFileName = 200;

/** Takes zones one behind the other, each behind `; zone APEX`, and writes a file for each. */
export class ZoneWriter {
  readonly #directory: string;
  readonly #written = new Map<string, number>();
  #rest = '';
  #apex: string | undefined;
  #report = '';

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
  }

  add(text: string): void {
    this.#rest += text;
    for (;;) {
      const next = /^; (?:zone (\S+)|in no zone|server block .*)\n/m.exec(this.#rest);
      if (!next) return;
      // The start of a zone ends the one before it.
      this.#end(this.#rest.slice(0, next.index));
      this.#rest = this.#rest.slice(next.index + next[0].length);
      this.#apex = next[1];
    }
  }

  /** Writes the last zone; the result says which files there are, and what is in none of them. */
  finish(): string {
    this.#end(this.#rest);
    return this.#report;
  }

  #end(text: string): void {
    if (this.#apex === undefined) {
      this.#report += text;
      return;
    }
    const name = this.#fileName(this.#apex);
    const path = join(this.#directory, name);
    // A name server that reads it meanwhile finds the old file or the new one.
    const temporary = `${path}.tmp`;
    writeFileSync(temporary, `${text.trimEnd()}\n`);
    renameSync(temporary, path);
    this.#report += `${path}\t${this.#apex}\n`;
  }

  /** `mesh.test.zone`; a second zone of the same apex, from another server block, gets a number. */
  #fileName(apex: string): string {
    const plain = apex === '.' ? 'root' : apex.slice(0, -1).replaceAll(/[^a-z0-9._-]/gi, escaped);
    const hash = createHash('sha256').update(apex).digest('hex').slice(0, 16);
    const name = plain.length > maxFileName ? `${plain.slice(0, maxFileName - 20)}-${hash}` : plain;
    const before = this.#written.get(name) ?? 0;
    this.#written.set(name, before + 1);
    return before === 0 ? `${name}.zone` : `${name}.zone.${before + 1}`;
  }
}

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
