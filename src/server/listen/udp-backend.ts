import { loadAddon, type Addon } from '../../runtime/addon.ts';
import { errorMessage } from '../../runtime/errors.ts';
import { makeListenBatched, type BatchedOptions } from './batched-udp.ts';
import { bindSystemCalls } from '../../sockets/system-calls.ts';
import type { Listen } from './listener.ts';
import { listenUdp } from './udp.ts';

/** How a worker listens on UDP. */
export interface UdpBackend {
  readonly listen: Listen;
  /** Why it is the portable one on a system that has a better one. */
  readonly problem?: string;
}

/** Batches on Linux, where the addon for its system calls can be loaded, else node:dgram. */
export function chooseUdpBackend(platform: string, options: BatchedOptions, load: () => Addon = loadAddon): UdpBackend {
  if (platform !== 'linux') return { listen: listenUdp };
  try {
    return { listen: makeListenBatched(bindSystemCalls(load()), options) };
  } catch (error) {
    // The first line; behind it Node lists the modules that required a missing one.
    return { listen: listenUdp, problem: errorMessage(error).split('\n')[0]! };
  }
}
