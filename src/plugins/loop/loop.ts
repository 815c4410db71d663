import { noArguments } from '../no-arguments.ts';
import type { Plugin } from '../plugin.ts';
import { loopHandler } from './handler.ts';

/**
 * `loop`: turns an upstream off while what is sent to it comes back.
 *
 *     worker 0    prober ─► upstream ─► … ─► any worker: handler
 *                   │                              │
 *                   └──────► shared numbers ◄──────┘     nonces of the probes, and who is turned off
 */
export const loopPlugin = {
  name: 'loop',
  parse: noArguments,
  control: async (uses, host) => (await import('./control.ts')).loopControl(uses, host),
  sharesControl: true,
  query: loopHandler,
} satisfies Plugin<object>;
