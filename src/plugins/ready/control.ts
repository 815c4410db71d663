import { onePath, plainText, sendText } from '../../runtime/http/server.ts';
import type { Control, Host, OpenedHttp } from '../control.ts';
import { usesByAddress } from '../http-uses.ts';
import type { Use } from '../plugin.ts';
import { Monitors } from './monitors.ts';
import type { ReadyConfig } from './ready.ts';

/** Open from before the first registry is read; the first to close, so that who asks finds nobody. */
export function readyControl(uses: readonly Use<ReadyConfig>[], host: Host): Control {
  const servers: OpenedHttp[] = [];
  return {
    async start() {
      for (const group of usesByAddress(uses)) {
        const monitors = new Monitors(() =>
          group.flatMap(({ block, config: { monitor } }) =>
            host.readiness(block).map((readiness) => ({ readiness, monitor })),
          ),
        );
        const accept = onePath('/ready', () => (response) => {
          const { text } = monitors;
          if (text === '') sendText(response, 200, plainText, 'OK');
          else sendText(response, 503, plainText, text);
        });
        servers.push(await host.openHttp(group[0], { at: group[0].config.at, accept }));
      }
    },
    async withdraw() {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}
