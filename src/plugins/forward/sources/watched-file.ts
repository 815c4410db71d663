import type { Clock } from '../../../runtime/clock.ts';
import { fileErrorText } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/logger.ts';
import { poll } from '../../../runtime/poll.ts';
import { fileServers, parseResolvConf } from '../arguments/resolv-conf.ts';
import { type FileServers, formatUpstream } from '../config.ts';

/** The file is short, and a read of it takes microseconds: so no change can be missed, however it is made. */
const pollMs = 1000;

export interface FileEnvironment {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Throws as node:fs does. */
  readFile(path: string): string;
  onChange(): void;
}

/**
 * A file in the form of resolv.conf, read again every second: it is written by others, in place, by a rename or by a link that
 * is moved (DHCP, NetworkManager, a ConfigMap). What cannot be used changes nothing.
 */
export class WatchedFile {
  readonly path: string;
  /** What was read last of what can be used. */
  found: FileServers;
  /** Unix time in milliseconds at which that was read. */
  readAt: number;
  readonly #environment: FileEnvironment;
  /** The text that was looked at last. */
  #text: string | undefined;
  /** A text that may not be whole yet. */
  #partial: string | undefined;
  #fault = '';
  #end: (() => void) | undefined;

  constructor(path: string, found: FileServers, environment: FileEnvironment) {
    this.path = path;
    this.found = found;
    this.#environment = environment;
    this.readAt = environment.clock.wall();
  }

  start(): void {
    this.#end = poll(this.#environment.clock, pollMs, () => this.#look());
  }

  stop(): void {
    this.#end?.();
  }

  #look(): void {
    let text: string;
    try {
      text = this.#environment.readFile(this.path);
    } catch (error) {
      this.#text = undefined;
      this.#failed(fileErrorText(error));
      return;
    }
    // One that is being written ends anywhere: it counts when it is still so after a second.
    const mayBePartial = !text.endsWith('\n') && text !== this.#partial;
    this.#partial = text;
    if (mayBePartial || text === this.#text) return;
    this.#text = text;
    this.#read(text);
  }

  #read(text: string): void {
    const { clock, logger } = this.#environment;
    const warnings: string[] = [];
    const conf = parseResolvConf(text, undefined, ({ line, column }, message) => {
      warnings.push(`plugin/forward: ${this.path}:${line}:${column}: ${message}`);
    });
    if (conf.servers.length === 0) {
      this.#failed(`has no line 'nameserver ADDRESS' that can be used`);
      return;
    }
    this.#fault = '';
    this.readAt = clock.wall();
    const found = fileServers(conf);
    if (JSON.stringify(found) === JSON.stringify(this.found)) return;
    this.found = found;
    for (const warning of warnings) logger.warning(warning, { file: this.path });
    const names = found.upstreams.map(formatUpstream).join(', ');
    logger.info(`plugin/forward: ${this.path} was read again: ${names}`, { file: this.path });
    this.#environment.onChange();
  }

  /** Logged once, until it is another fault or the file is good. */
  #failed(fault: string): void {
    if (fault === this.#fault) return;
    this.#fault = fault;
    const message = `plugin/forward: ${this.path} ${fault}; what was read before stays in use`;
    this.#environment.logger.warning(message, { file: this.path });
  }
}
