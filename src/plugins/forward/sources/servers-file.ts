import type { Clock } from '../../../runtime/clock.ts';
import type { FileSystem } from '../../../runtime/files/file-system.ts';
import { WatchedFile } from '../../../runtime/files/watched-file.ts';
import type { Logger } from '../../../runtime/logger.ts';
import { fileServers, parseResolvConf } from '../arguments/resolv-conf.ts';
import { type FileServers, formatUpstream } from '../config.ts';

/** Between two looks, where a change is not seen at once. A look takes microseconds. */
const pollMs = 1000;
/** What may be half written must stay so for as long. */
const doubtMs = 1000;
/** Some thousand servers. */
const maxBytes = 1024 * 1024;

export interface FileEnvironment {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly fileSystem: FileSystem;
  onChange(): void;
}

/**
 * A file in the form of resolv.conf, which is written by others, in place, by a rename or by a link that is moved (DHCP,
 * NetworkManager, a ConfigMap). What cannot be used changes nothing.
 */
export class ServersFile {
  readonly path: string;
  /** What was read last of what can be used. */
  found: FileServers;
  /** Unix time in milliseconds at which that was read. */
  readAt: number;
  readonly #environment: FileEnvironment;
  readonly #file: WatchedFile;
  #fault = '';

  constructor(path: string, found: FileServers, environment: FileEnvironment) {
    this.path = path;
    this.found = found;
    this.#environment = environment;
    const { clock, fileSystem } = environment;
    this.readAt = clock.wall();
    this.#file = new WatchedFile({
      path,
      clock,
      fileSystem,
      intervalMs: pollMs,
      doubtMs,
      maxBytes,
      onContent: ({ bytes }) => this.#read(bytes.toString()),
      onFault: (reason) => this.#failed(reason),
    });
  }

  start(): void {
    this.#file.start();
  }

  stop(): void {
    this.#file.stop();
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
