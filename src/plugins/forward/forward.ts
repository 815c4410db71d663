import type { Plugin } from '../plugin.ts';
import type { ForwardConfig } from './config.ts';
import { forwardHandler } from './handler.ts';
import { leaveOutOwn } from './own-upstreams.ts';
import { parseForward } from './parse.ts';

/**
 * `forward`: sends queries to other servers.
 *
 *     query ─► handler ─► local/        the resolver's own and special-use names are answered here
 *                 │
 *                 └─► query/            ForwardGroup, one for each line: queries with the same question wait together
 *                      │   ▲
 *              Attempt │   │ reply/     the upstream's reply is checked, and made the client's
 *                      ▼   │
 *                     upstream/         selection and health of upstreams, their sockets and connections
 *
 * What the directive says is read by parse.ts, options.ts and arguments/. The control half, control.ts and metrics.ts, has in
 * sources/ the names and files that upstreams come from, and publishes a line that has changed to the workers.
 */
export const forwardPlugin = {
  name: 'forward',
  parse: parseForward,
  settings: ({ lines }) => ({ forwards: lines.map(({ from, upstreams }) => ({ zones: from, to: upstreams })) }),
  check: leaveOutOwn,
  control: async (uses, host) => (await import('./control.ts')).forwardControl(uses, host),
  explains: 'resolving',
  query: forwardHandler,
} satisfies Plugin<ForwardConfig>;
