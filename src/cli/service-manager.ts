import { closeSync, writeSync } from 'node:fs';
import { loadAddon } from '../runtime/addon.ts';
import type { Clock } from '../runtime/clock.ts';
import { errorMessage } from '../runtime/errors.ts';
import type { Logger } from '../runtime/logger.ts';
import { AF_UNIX, socketType } from '../sockets/linux.ts';
import { bindSystemCalls, systemError } from '../sockets/system-calls.ts';

/** Of `sun_path` in a struct sockaddr_un. */
const maxPath = 108;

/** How often systemd wants to hear of a service, and which process (sd_watchdog_enabled(3)). */
export interface WatchdogEnvironment {
  readonly WATCHDOG_USEC?: string | undefined;
  readonly WATCHDOG_PID?: string | undefined;
}

/** Sends one datagram; throws where that fails. */
export type SendState = (message: string) => void;

/** Tells systemd how the server is (sd_notify(3)), and logs the first time that this fails. */
export class ServiceManager {
  readonly #send: SendState;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #hasFailed = false;
  #stopWatchdog: () => void = () => undefined;

  constructor(send: SendState, clock: Clock, logger: Logger) {
    this.#send = send;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** `status` is what `systemctl status` shows. */
  ready(status: string): void {
    this.#tell(`READY=1\nSTATUS=${status.replaceAll('\n', ' ')}`);
  }

  /** Before a reload; `ready` ends it, whatever came of it. */
  reloading(): void {
    // CLOCK_MONOTONIC, in microseconds.
    this.#tell(`RELOADING=1\nMONOTONIC_USEC=${process.hrtime.bigint() / 1000n}\nSTATUS=Reloading`);
  }

  stopping(): void {
    this.#tell('STOPPING=1\nSTATUS=Shutting down');
    this.#stopWatchdog();
  }

  /**
   * Shows twice in the time that `environment` has for it that the main thread does its work: it restarts workers, so that nobody
   * need watch them.
   */
  watch({ WATCHDOG_USEC, WATCHDOG_PID }: WatchdogEnvironment, pid: number): void {
    const intervalMs = Number(WATCHDOG_USEC) / 2000;
    if (!(intervalMs > 0) || (WATCHDOG_PID !== undefined && WATCHDOG_PID !== String(pid))) return;
    const again = (): void => {
      this.#tell('WATCHDOG=1');
      this.#stopWatchdog = this.#clock.after(intervalMs, again);
    };
    again();
  }

  #tell(message: string): void {
    try {
      this.#send(message);
    } catch (error) {
      if (!this.#hasFailed) this.#logger.error(`systemd cannot be told how the server is: ${errorMessage(error)}`);
      this.#hasFailed = true;
    }
  }
}

/** Sends to the socket that `address` names: a path, or a name behind `@`. Node has no such sockets: koffi makes it. */
export function sendTo(address: string): SendState {
  const calls = bindSystemCalls(loadAddon());
  const bytes = encodeUnixAddress(address);
  return (message) => {
    const socket = calls.socket(AF_UNIX, socketType.DGRAM | socketType.NONBLOCK | socketType.CLOEXEC, 0);
    if (socket < 0) throw systemError('socket', calls.errno());
    try {
      if (calls.connect(socket, bytes, bytes.length) < 0) throw systemError('connect', calls.errno(), address);
      writeSync(socket, message);
    } finally {
      closeSync(socket);
    }
  };
}

/** The struct sockaddr_un of a path, or of an abstract name behind `@` (unix(7)). Throws RangeError for one that is too long. */
export function encodeUnixAddress(address: string): Uint8Array {
  if (!/^[/@]./.test(address)) throw new RangeError(`'${address}' is neither a path nor a name behind '@'`);
  const isAbstract = address.startsWith('@');
  const path = Buffer.from(isAbstract ? `\0${address.slice(1)}` : `${address}\0`);
  if (path.length > maxPath) throw new RangeError(`'${address}' is too long for the name of a socket`);
  const bytes = new Uint8Array(2 + path.length);
  new DataView(bytes.buffer).setUint16(0, AF_UNIX, true);
  bytes.set(path, 2);
  return bytes;
}
