import type { Logger } from '../runtime/logger.ts';
import type { Change } from './sources/source.ts';
import type { DeniedHost } from './store/store.ts';

/** Objects and hosts of a change that are named. */
const shown = 10;

/** What a registry logs. */
export class RegistryLog {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Whether changes are logged. */
  get debugs(): boolean {
    return this.#logger.debugs;
  }

  /** `only` and `except` leave hosts out on purpose: these are counted when all objects are there. */
  denied({ entry, host, reason, message }: DeniedHost): void {
    const object = `ServiceEntry ${entry.meta.namespace}/${entry.meta.name}`;
    const line = `plugin/serviceentry: ${object}: host ${host} is not served: ${message}`;
    if (reason === 'not-allowed') this.#logger.warning(line, { object, host, reason });
    else this.#logger.debug(line, { object, host, reason });
  }

  /** Hosts were resolved because of changes; `changed` says whether any client could see a difference. */
  applied(changes: readonly Change[], hosts: ReadonlySet<string>, changed: boolean): void {
    const objects = changes.map((change) =>
      change.type === 'upsert'
        ? `${change.object.kind} ${change.object.meta.namespace}/${change.object.meta.name}`
        : `deleted ${change.kind} ${change.namespace}/${change.name}`,
    );
    const effect = changed ? 'changed answers' : 'no visible change';
    this.#logger.debug(`plugin/serviceentry: ${first(objects)}: hosts ${first([...hosts])}: ${effect}`);
  }

  /** All objects are there: how many hosts are excluded, and of how many automatic addresses are held back. */
  synced(excluded: number, heldBack: number): void {
    if (excluded > 0) {
      const hosts = excluded === 1 ? '1 host is' : `${excluded} hosts are`;
      this.#logger.info(`plugin/serviceentry: ${hosts} not served, as only and except say`);
    }
    if (heldBack > 0) {
      this.#logger.info(
        `plugin/serviceentry: automatically allocated addresses of ${heldBack} hosts are held back; auto_addresses says who gets them`,
      );
    }
  }
}

function first(names: readonly string[]): string {
  return names.length <= shown
    ? names.join(', ')
    : `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`;
}
