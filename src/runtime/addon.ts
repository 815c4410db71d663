import { createRequire } from 'node:module';
import { constants } from 'node:os';

/** The part of koffi that is used: it calls C functions of the process, and watches file descriptors. */
export interface Addon {
  load(library: null): { func(definition: string): (...args: (number | string | Uint8Array)[]) => number };
  /** The error number of the last call. */
  errno(): number;
  /** Where the memory of an array is. */
  address(array: Uint8Array): bigint;
  readonly node: {
    poll(descriptor: number, callback: PollCallback): Poll;
  };
}

/** Called while the descriptor can be read, with 0, or when watching it has failed, with libuv's error. */
export type PollCallback = (status: number) => void;

export interface Poll {
  close(): void;
}

/** Linux, on all of its architectures; node:os does not list it. */
const RTLD_NODELETE = 0x1000;

/**
 * Loads koffi's binary for this machine: that for glibc, or else that for musl. Throws where there is none, or where it
 * cannot be loaded.
 *
 * Not through koffi's own entry, because it must stay in memory: a worker that dies takes its addons with it, and the
 * event loop calls koffi once more after that.
 */
export function loadAddon(): Addon {
  if (process.platform !== 'linux') throw new Error(`there is none for ${process.platform}`);
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('koffi'));
  const name = `@koromix/koffi-linux-${process.arch}`;
  const loaded: { exports: unknown } = { exports: {} };
  const flags = constants.dlopen.RTLD_LAZY | RTLD_NODELETE;
  try {
    process.dlopen(loaded, resolve(`${name}/linux_${process.arch}/koffi.node`), flags);
  } catch (error) {
    try {
      process.dlopen(loaded, resolve(`${name}/musl_${process.arch}/koffi.node`), flags);
    } catch {
      throw error;
    }
  }
  return loaded.exports as Addon;
}
