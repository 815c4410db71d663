import type { Family } from '../../runtime/metrics/family.ts';
import type { Control, Host } from '../control.ts';
import { guarded } from '../guarded-pages.ts';
import { usesByAddress } from '../http-uses.ts';
import type { Use } from '../plugin.ts';
import { loadAssets } from './assets.ts';
import type { DashboardConfig } from './dashboard.ts';
import { History } from './history.ts';
import { DashboardPages, maxDashboardConnections } from './pages.ts';

/** How often it is looked whether a reload has brought other registries, whose hosts are to be kept ready. */
const prepareMs = 1000;

/** Each address shows all server blocks. */
export function dashboardControl(uses: readonly Use<DashboardConfig>[], host: Host): Control {
  const { clock, corefile } = host;
  const families = (): readonly Family[] => host.metrics(() => true);
  const history = new History(families, clock);
  const urls: string[] = [];
  let cancel = (): void => undefined;
  return {
    async start() {
      const inspection = await host.inspection();
      const assets = await loadAssets();
      const shown = { inspection, history, families, corefile, wall: () => clock.wall() };
      for (const group of usesByAddress(uses)) {
        const names = group.flatMap(({ config }) => config.hosts);
        const accept = guarded(new DashboardPages(assets, shown, names));
        const options = { at: group[0].config.at, maxConnections: maxDashboardConnections, accept };
        urls.push((await host.openHttp(group[0], options)).url);
      }
      const prepare = (): void => {
        inspection.prepareHosts();
        cancel = clock.after(prepareMs, prepare);
      };
      prepare();
      history.start();
    },
    announcement: () => ({ lines: urls.map((url) => `dashboard on ${url}`), fields: { dashboard: urls.join(', ') } }),
    stop() {
      cancel();
      history.stop();
    },
  };
}
