import { AdminServer } from '../../plugins/admin/admin-server.ts';
import type { AdminConfig } from '../../plugins/admin/config.ts';
import type { HttpMeter } from '../../plugins/http-meter.ts';
import type { HttpServer } from '../../plugins/http-server.ts';
import type { RegistryService } from '../../plugins/serviceentry/control.ts';
import type { ServerConfig } from '../config.ts';
import { adminBackend } from '../inspect/admin-backend.ts';
import { InspectError } from '../inspect/inspect-error.ts';
import { Inspector, type InspectorEnvironment } from '../inspect/inspector.ts';
import type { Supervisor } from './supervisor.ts';

/** What an admin tells of. */
export interface AdminSubject {
  readonly config: ServerConfig;
  readonly registries: readonly RegistryService[];
  readonly supervisor: Supervisor;
}

/** Opens the HTTP servers of `admin`, and hands over each that is open; rejects where an address cannot be listened on. */
export async function openAdmins(
  configs: readonly AdminConfig[],
  { config, registries, supervisor }: AdminSubject,
  environment: InspectorEnvironment & { readonly httpMeter: HttpMeter; readonly maxConnections: number },
  onOpen: (admin: HttpServer) => void,
): Promise<void> {
  const inspector = new Inspector(config, registries, environment);
  const backend = adminBackend(inspector, () => ({
    workers: supervisor.counters.length,
    restarts: supervisor.restarts,
  }));
  // Several blocks may name one address: each admin tells of all blocks.
  const distinct = new Map(configs.map((each) => [`${each.address} ${each.port}`, each]));
  for (const each of distinct.values()) {
    onOpen(await AdminServer.start(each, backend, (error) => error instanceof InspectError, environment));
  }
}
