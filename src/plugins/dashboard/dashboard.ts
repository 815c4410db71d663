import type { HttpAddress } from '../../runtime/http/address.ts';
import type { Plugin } from '../plugin.ts';
import { parseDashboard } from './parse.ts';

/*
 * A page that shows what the server serves and does:
 *
 *     HTTP ─► pages ─┬─► assets       the page itself, which esbuild makes of page/
 *                    ├─► inspection   hosts, explain, changes, what is left out: as admin has it
 *                    ├─► history      what the metrics counted, second by second
 *                    ├─► upstreams    of the metrics too
 *                    └─► corefile     without its secrets
 *
 * api.ts has what the two halves exchange.
 */
export interface DashboardConfig {
  /** Always an address that was written, or loopback. */
  readonly at: HttpAddress;
  /** Names that it is asked by, beside localhost and IP addresses. */
  readonly hosts: readonly string[];
}

/** `dashboard`: a page to look at, over HTTP. */
export const dashboardPlugin = {
  name: 'dashboard',
  parse: parseDashboard,
  settings: ({ at }) => ({ http: at, isMeasured: true }),
  control: async (uses, host) => (await import('./control.ts')).dashboardControl(uses, host),
  sharesControl: true,
} satisfies Plugin<DashboardConfig>;
