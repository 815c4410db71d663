import type { Listen, Listener, ListenerEnvironment } from '../listen/listener.ts';
import type { ListenAddress } from '../../sockets/socket.ts';
import { errorCode, errorMessage } from '../../runtime/errors.ts';
import { withHint } from '../hint.ts';

const retryMs = 1000;

/**
 * One socket of a worker for as long as the worker serves. Its address may go away with its interface, and come back:
 * where it is not there when the socket is opened, that is tried until it is, and the other sockets serve meanwhile.
 */
export class RebindingSocket {
  readonly at: ListenAddress;
  readonly #listen: Listen;
  readonly #environment: ListenerEnvironment;
  #listener: Listener | undefined;
  /** What is under way: another attempt, and listeners that answer what is in flight. */
  #opening: Promise<void> | undefined;
  readonly #leaving = new Set<Promise<void>>();
  #cancelRetry: (() => void) | undefined;
  /** Of the last attempt that failed. */
  #failure: string | undefined;
  #isClosing = false;

  private constructor(listen: Listen, at: ListenAddress, environment: ListenerEnvironment) {
    this.#listen = listen;
    this.at = at;
    this.#environment = environment;
  }

  /** Rejects with the system's error where it is not for want of the address. */
  static async open(listen: Listen, at: ListenAddress, environment: ListenerEnvironment): Promise<RebindingSocket> {
    const socket = new RebindingSocket(listen, at, environment);
    try {
      socket.#listener = await listen(at, environment);
    } catch (error) {
      if (!isAddressMissing(error, at)) throw error;
      socket.#failed(error);
    }
    return socket;
  }

  /** The interface is another one of the same name, of which the socket hears nothing. */
  reopen(): void {
    // One that is not open is tried anyway.
    if (this.#isClosing || !this.#listener) return;
    const leaving = this.#listener.close().finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
    this.#listener = undefined;
    this.#opening = this.#open();
  }

  /** Takes no new queries; resolves when those in flight were answered. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#cancelRetry?.();
    await this.#opening;
    await Promise.all([this.#listener?.close(), ...this.#leaving]);
  }

  async #open(): Promise<void> {
    try {
      this.#listener = await this.#listen(this.at, this.#environment);
    } catch (error) {
      this.#failed(error);
      return;
    }
    if (this.#failure === undefined) return;
    this.#failure = undefined;
    this.#environment.logger.info(`${this.#title} is listened on again`);
  }

  #failed(error: unknown): void {
    if (this.#isClosing) return;
    const { clock, logger } = this.#environment;
    const failure = withHint(errorMessage(error));
    if (failure !== this.#failure) logger.warning(`${this.#title} is not listened on, and tried again: ${failure}`);
    this.#failure = failure;
    this.#cancelRetry = clock.after(retryMs, () => {
      this.#opening = this.#open();
    });
  }

  get #title(): string {
    const { address, family, port } = this.at;
    return family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
  }
}

/** The machine has no such address at this moment, or not the interface that is its scope. */
function isAddressMissing(error: unknown, { address }: ListenAddress): boolean {
  const code = errorCode(error);
  // All addresses are missing where the machine has none of the family, and that does not pass.
  if (address === '::') return false;
  return code === 'EADDRNOTAVAIL' || (address.includes('%') && ['EINVAL', 'ENODEV', 'ENXIO'].includes(code));
}
