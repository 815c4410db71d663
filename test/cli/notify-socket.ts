import { closeSync, readSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { encodeUnixAddress } from '../../src/cli/service-manager.ts';
import { loadAddon } from '../../src/runtime/addon.ts';
import { AF_UNIX, socketType } from '../../src/sockets/linux.ts';
import { bindSystemCalls } from '../../src/sockets/system-calls.ts';

/** The end of systemd: what a service has told it, one message for each datagram. */
export class NotifySocket {
  readonly messages: string[] = [];
  #changed: () => void = () => undefined;

  /** `address` is a path, or a name behind `@`. */
  constructor(address: string) {
    const calls = bindSystemCalls(loadAddon());
    const socket = calls.socket(AF_UNIX, socketType.DGRAM | socketType.NONBLOCK | socketType.CLOEXEC, 0);
    const bytes = encodeUnixAddress(address);
    if (calls.bind(socket, bytes, bytes.length) < 0) throw new Error(`cannot bind ${address}: ${calls.errno()}`);
    const buffer = Buffer.alloc(4096);
    const watcher = calls.watch(socket, () => {
      this.messages.push(buffer.toString('utf8', 0, readSync(socket, buffer)));
      this.#changed();
    });
    onTestFinished(() => {
      watcher.close();
      closeSync(socket);
    });
  }

  /** Resolves when there are as many messages; watchdog messages count too. */
  async has(count: number): Promise<string[]> {
    while (this.messages.length < count) await new Promise<void>((resolve) => (this.#changed = resolve));
    return this.messages;
  }
}
