import type { Control, Host } from '../control.ts';
import { usesByAddress } from '../http-uses.ts';
import type { Use } from '../plugin.ts';
import type { AdminConfig } from './admin.ts';
import { AdminPages, maxAdminConnections } from './admin-pages.ts';

/** Each address shows all server blocks. */
export function adminControl(uses: readonly Use<AdminConfig>[], host: Host): Control {
  const urls: string[] = [];
  return {
    async start() {
      const { accept } = new AdminPages(await host.inspection());
      for (const [use] of usesByAddress(uses)) {
        const options = { at: use.config.at, maxConnections: maxAdminConnections, accept };
        urls.push((await host.openHttp(use, options)).url);
      }
    },
    announcement: () => ({ lines: urls.map((url) => `admin on ${url}`), fields: { admin: urls.join(', ') } }),
  };
}
