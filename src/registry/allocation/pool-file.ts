import { asFields, quoted } from '../../runtime/untyped.ts';
import { errorMessage } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import { replaceFileSync } from '../../runtime/whole-file.ts';
import { canonicalAddress } from '../../wire/address.ts';
import type { Assignment } from './address-pool.ts';
import type { PoolFileSystem } from './pool-file-system.ts';

/** Several times what all of 240.240.0.0/16 takes with the longest names. */
export const maxPoolFileBytes = 256 * 1024 * 1024;
const version = 1;

/**
 * What a pool gave to whom, in a JSON file with one line for each key:
 *
 *     {"version": 1, "assignments": [
 *     ["default/external/a.example.com","240.240.0.1","2001:2::1"]
 *     ]}
 *
 * Those that were freed come first, the oldest first. A file that makes no sense is not overwritten but moved to
 * FILE.bad (where an older one is replaced), and what cannot even be moved, or is no file, is left alone: then nothing
 * is saved. Nothing throws.
 */
export class PoolFile {
  readonly path: string;
  readonly #fileSystem: PoolFileSystem;
  readonly #logger: Logger;
  #maySave = true;
  #hasFailed = false;

  constructor(path: string, fileSystem: PoolFileSystem, logger: Logger) {
    this.path = path;
    this.#fileSystem = fileSystem;
    this.#logger = logger;
  }

  /** Empty where there is no file yet, and where it is of no use, which is logged. */
  load(): readonly Assignment[] {
    try {
      const kind = this.#fileSystem.kindOf(this.path);
      if (kind === 'nothing') return [];
      if (kind === 'other') {
        this.#maySave = false;
        this.#error('is no file; hosts get new addresses at each start');
        return [];
      }
      const bytes = this.#fileSystem.read(this.path, maxPoolFileBytes + 1);
      if (bytes.length > maxPoolFileBytes) throw new Error(`is larger than ${maxPoolFileBytes} bytes`);
      return parse(bytes.toString('utf8'));
    } catch (error) {
      this.#moveAside(textOf(error));
      return [];
    }
  }

  /** Whether it is on the disk; a failure is logged once, until saving works again. True where nothing may be saved. */
  save(assignments: Iterable<Assignment>): boolean {
    if (!this.#maySave) return true;
    const onIgnored = (error: unknown): void => {
      if (this.#logger.debugs) this.#logger.debug(`plugin/serviceentry: pool file ${this.path}: ${textOf(error)}`);
    };
    try {
      replaceFileSync(this.#fileSystem, this.path, format(assignments), onIgnored);
    } catch (error) {
      if (!this.#hasFailed) this.#error(`cannot be written, and will be tried again: ${textOf(error)}`);
      this.#hasFailed = true;
      return false;
    }
    if (this.#hasFailed) this.#logger.info(`plugin/serviceentry: pool file ${this.path} is written again`);
    this.#hasFailed = false;
    return true;
  }

  #moveAside(problem: string): void {
    const aside = `${this.path}.bad`;
    try {
      this.#fileSystem.rename(this.path, aside);
      this.#error(`cannot be used: ${problem}; it is now ${aside}, and hosts get new addresses`);
    } catch (error) {
      this.#maySave = false;
      this.#error(
        `cannot be used: ${problem}; it cannot be moved to ${aside} either (${textOf(error)}), so that nothing is saved and hosts get new addresses at each start`,
      );
    }
  }

  #error(what: string): void {
    this.#logger.error(`plugin/serviceentry: pool file ${this.path} ${what}`);
  }
}

function format(assignments: Iterable<Assignment>): string {
  const lines: string[] = [];
  for (const [key, addresses] of assignments) lines.push(JSON.stringify([key, ...addresses]));
  return `{"version": ${version}, "assignments": [\n${lines.join(',\n')}\n]}\n`;
}

/** Throws an error that says what was found where. */
function parse(text: string): Assignment[] {
  const json: unknown = JSON.parse(text);
  const value = asFields(json);
  if (value === undefined) throw new Error(`found ${quoted(json)}, expected a map with version and assignments`);
  if (value.version !== version) throw new Error(`version: found ${quoted(value.version)}, expected ${version}`);
  if (!Array.isArray(value.assignments)) {
    throw new Error(`assignments: found ${quoted(value.assignments)}, expected a list`);
  }
  const keys = new Set<string>();
  const used = new Set<string>();
  return value.assignments.map((row: unknown, index) => {
    const fail = (what: unknown, expected: string): never => {
      throw new Error(`assignments[${index}]: found ${quoted(what)}, expected ${expected}`);
    };
    if (!Array.isArray(row)) return fail(row, 'a list of a key and its addresses');
    const [key, ...addresses] = row as readonly unknown[];
    if (typeof key !== 'string' || key === '' || keys.has(key)) return fail(key, 'a key that no other line has');
    keys.add(key);
    return [
      key,
      addresses.map((address) => unusedAddress(address, used) ?? fail(address, 'an address not used before')),
    ];
  });
}

function unusedAddress(value: unknown, used: Set<string>): string | undefined {
  const address = typeof value === 'string' ? canonicalAddress(value) : undefined;
  if (address === undefined || used.has(address)) return undefined;
  used.add(address);
  return address;
}

/** One line in ASCII: a parser may quote the file. */
function textOf(error: unknown): string {
  return errorMessage(error)
    .replaceAll(/[^ -~]+/g, ' ')
    .slice(0, 300);
}
