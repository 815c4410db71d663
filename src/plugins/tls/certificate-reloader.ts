import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import { poll } from '../../runtime/poll.ts';
import type { TlsMaterial } from '../control.ts';
import type { TlsConfig } from './config.ts';
import { readTlsFiles, type TlsFiles } from './material.ts';

/** A certificate is replaced every few weeks; a volume of a Pod shows that with a delay of a minute anyway. */
const pollMs = 10_000;
/** A ticket that is stolen with its key opens what was said under it. */
const ticketKeysMs = 12 * 3_600_000;
const ticketKeysSize = 48;
/** From a day before it ends a certificate that nobody replaces is warned of, every hour. */
const expiryWarningMs = 24 * 3_600_000;
const warnAgainMs = 3_600_000;

export interface CertificateReloaderEnvironment {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Throws as node:fs does. */
  readFile(path: string): string;
  randomBytes(size: number): Uint8Array;
  /** Takes what is to be used for new connections from now on; those that are open go on. */
  publish(material: TlsMaterial): void;
}

/**
 * Keeps the files of one `tls` line: reads them, and again every 10 s, so that a certificate that is replaced (by
 * cert-manager, say) is used without a restart. Files that cannot be used change nothing, and are logged.
 */
export class CertificateReloader {
  readonly #config: TlsConfig;
  readonly #environment: CertificateReloaderEnvironment;
  #material: TlsMaterial | undefined;
  #expiresMs = Infinity;
  #ticketKeysUntil = 0;
  #warnedAt = -Infinity;
  /** The last look found a fault. */
  #isFaulty = false;
  /** Faults that were logged since the files were good. */
  readonly #logged = new Set<string>();
  #end: (() => void) | undefined;

  constructor(config: TlsConfig, environment: CertificateReloaderEnvironment) {
    this.#config = config;
    this.#environment = environment;
  }

  /** Where the certificate is read. */
  get file(): string {
    return this.#config.certFile;
  }

  /** Unix time in milliseconds at which the certificate that is used ends. */
  get expiresMs(): number {
    return this.#expiresMs;
  }

  /** Reads the files and publishes what is in them; throws where they cannot be used. */
  start(): void {
    const reading = readTlsFiles(this.#config, (path) => this.#environment.readFile(path));
    if ('faults' in reading) throw new Error(`tls: ${this.#describe(reading.faults[0]!)}`);
    this.#use(reading.files, reading.expiresMs);
    this.#end = poll(this.#environment.clock, pollMs, () => this.#poll());
  }

  stop(): void {
    this.#end?.();
  }

  #poll(): void {
    const { clock } = this.#environment;
    const reading = readTlsFiles(this.#config, (path) => this.#environment.readFile(path));
    if ('faults' in reading) this.#failed(this.#describe(reading.faults[0]!));
    else {
      this.#isFaulty = false;
      this.#logged.clear();
      const { files, expiresMs } = reading;
      const { cert, key, ca } = this.#material!;
      if (files.cert !== cert || files.key !== key || files.ca !== ca) {
        this.#use(files, expiresMs);
        const until = new Date(expiresMs).toISOString();
        this.#environment.logger.info(`plugin/tls: ${this.#config.certFile} was read again, it is good until ${until}`);
      }
    }
    // The old key is forgotten: nothing that was said under its tickets can be read any more.
    if (clock.now() >= this.#ticketKeysUntil) this.#use(this.#material!, this.#expiresMs);
    this.#warnOfExpiry();
  }

  /** The two files may be replaced one after the other: a fault is logged where the look before found one too, and once. */
  #failed(fault: string): void {
    if (this.#isFaulty && !this.#logged.has(fault)) {
      this.#logged.add(fault);
      this.#environment.logger.error(`plugin/tls: ${fault}; what was read before stays in use`);
    }
    this.#isFaulty = true;
  }

  /** Tickets never outlive the files under which they were made: who may connect is asked anew. */
  #use({ cert, key, ca }: TlsFiles, expiresMs: number): void {
    this.#expiresMs = expiresMs;
    this.#ticketKeysUntil = this.#environment.clock.now() + ticketKeysMs;
    this.#material = { cert, key, ca, ticketKeys: this.#environment.randomBytes(ticketKeysSize) };
    this.#environment.publish(this.#material);
  }

  #warnOfExpiry(): void {
    const { clock, logger } = this.#environment;
    if (this.#expiresMs - clock.wall() > expiryWarningMs || clock.now() - this.#warnedAt < warnAgainMs) return;
    this.#warnedAt = clock.now();
    const verb = this.#expiresMs <= clock.wall() ? 'ended' : 'ends';
    const when = new Date(this.#expiresMs).toISOString();
    logger.warning(`plugin/tls: the certificate in ${this.#config.certFile} ${verb} at ${when}: replace it`);
  }

  #describe({ file, reason }: { file: 'certFile' | 'keyFile' | 'caFile'; reason: string }): string {
    return `${this.#config[file] ?? ''} ${reason}`;
  }
}
