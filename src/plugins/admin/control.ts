import type { Control, Host } from '../control.ts';
import { guarded } from '../guarded-pages.ts';
import { usesByAddress } from '../http-uses.ts';
import type { Use } from '../plugin.ts';
import type { AdminConfig } from './admin.ts';
import { AdminPages, maxAdminConnections } from './admin-pages.ts';

/** Each address shows all server blocks. */
export function adminControl(uses: readonly Use<AdminConfig>[], host: Host): Control {
  const urls: string[] = [];
  return {
    async start() {
      const inspection = await host.inspection();
      for (const group of usesByAddress(uses)) {
        const pages = new AdminPages(
          inspection,
          group.flatMap(({ config }) => config.hosts),
        );
        const options = { at: group[0].config.at, maxConnections: maxAdminConnections, accept: guarded(pages) };
        urls.push((await host.openHttp(group[0], options)).url);
      }
    },
    announcement: () => ({ lines: urls.map((url) => `admin on ${url}`), fields: { admin: urls.join(', ') } }),
  };
}
