import { randomBytes } from 'node:crypto';
import { errorMessage } from '../../runtime/errors.ts';
import { PluginError, type Control, type Host } from '../control.ts';
import type { Use } from '../plugin.ts';
import { CertificateReloader } from './certificate-reloader.ts';
import { tlsName, type TlsConfig } from './config.ts';

/** Reads the files of all `tls` lines, lines that say the same once, and keeps them up to date. */
export class TlsControl implements Control {
  readonly #uses: readonly Use<TlsConfig>[];
  readonly #host: Host;
  readonly #reloaders: CertificateReloader[] = [];

  constructor(uses: readonly Use<TlsConfig>[], host: Host) {
    this.#uses = uses;
    this.#host = host;
  }

  start(): void {
    const { clock, logger } = this.#host;
    for (const [name, use] of new Map(this.#uses.map((each) => [tlsName(each.config), each]))) {
      const reloader = new CertificateReloader(use.config, {
        clock,
        logger,
        readFile: (path) => this.#host.readFile(path),
        randomBytes,
        publish: (material) => this.#host.publishTls(name, material),
      });
      this.#reloaders.push(reloader);
      try {
        reloader.start();
      } catch (error) {
        throw new PluginError(use, errorMessage(error), { cause: error });
      }
    }
  }

  stop(): void {
    for (const reloader of this.#reloaders) reloader.stop();
  }
}
