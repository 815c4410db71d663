import { loadAddon, type Addon } from '../../runtime/addon.ts';
import { errorMessage } from '../../runtime/errors.ts';
import { makeListenBatched } from './batched/listen.ts';
import { bindSystemCalls } from './batched/system-calls.ts';
import { askForShortSlice } from './batched/time-slice.ts';
import type { Listen } from './listener.ts';
import { listenUdp } from './udp.ts';

/** How a worker listens on UDP. */
export interface UdpForm {
  readonly listen: Listen;
  /** Why it is the portable form on a system that could do better. */
  readonly problem?: string;
}

/**
 * Batches where the system has the calls for them and the addon that makes them can be loaded, else node:dgram. `workers` is
 * how many share the queries of each address.
 */
export function chooseUdpForm(platform: string, workers: number, load: () => Addon = loadAddon): UdpForm {
  if (platform !== 'linux') return { listen: listenUdp };
  try {
    const calls = bindSystemCalls(load());
    askForShortSlice(calls, process.arch);
    return { listen: makeListenBatched(calls, workers) };
  } catch (error) {
    // Behind the first line Node tells who asked for what it has not found.
    return { listen: listenUdp, problem: errorMessage(error).split('\n')[0]! };
  }
}
