import { loadAddon, type Addon } from '../../runtime/addon.ts';
import { errorMessage } from '../../runtime/errors.ts';
import { makeListenBatched, type BatchedOptions } from './batched-udp.ts';
import { bindSystemCalls } from '../../sockets/system-calls.ts';
import { makeConnectBatched } from '../../sockets/connect-batched.ts';
import { connectDgram } from '../../sockets/connect-dgram.ts';
import type { ConnectUdp } from '../../sockets/connect-udp.ts';
import type { Listen } from './listener.ts';
import { listenUdp } from './udp.ts';

/** How a worker listens on UDP, and sends to other servers. */
export interface UdpBackend {
  readonly listen: Listen;
  readonly connect: ConnectUdp;
  /** Why it is the portable one on a system that has a better one. */
  readonly problem?: string;
}

const portable: UdpBackend = { listen: listenUdp, connect: connectDgram };

/** Batches on Linux, where the addon for its system calls can be loaded, else node:dgram. */
export function chooseUdpBackend(platform: string, options: BatchedOptions, load: () => Addon = loadAddon): UdpBackend {
  if (platform !== 'linux') return portable;
  try {
    const calls = bindSystemCalls(load());
    return {
      listen: makeListenBatched(calls, options),
      connect: makeConnectBatched(calls, options.tunings.has('gso')),
    };
  } catch (error) {
    // The first line; behind it Node lists the modules that required a missing one.
    return { ...portable, problem: errorMessage(error).split('\n')[0]! };
  }
}
