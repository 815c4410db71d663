import { randomInt } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { formatProblem } from '../corefile/problem.ts';
import { RegistryService } from '../plugins/serviceentry/control.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { InspectError } from '../server/inspect/inspect-error.ts';
import { Inspector } from '../server/inspect/inspector.ts';
import { serviceEntries, withServerAddresses } from '../server/control/server.ts';
import { loadCorefile, readCorefile } from './load.ts';

const filesTimeoutMs = 60 * 60 * 1000;

/**
 * Reads the registries that a Corefile names, once, hands them to `use`, and lets them go. Opens no port and writes no
 * file. Rejects with InspectError where the Corefile has errors or a registry cannot be read in its `startup_timeout`.
 */
export async function inspectLocally<Result>(
  conf: string | undefined,
  defaultPort: number,
  hashSeed: number,
  use: (inspector: Inspector) => Promise<Result>,
): Promise<Result> {
  const { problems, config } = loadCorefile(readCorefile(conf, defaultPort), defaultPort, process.env);
  if (problems.hasErrors) throw new InspectError(problems.sorted().map(formatProblem).join('\n'));
  const complete = withServerAddresses(config, networkInterfaces);
  const services = complete.blocks.flatMap(serviceEntries).map((directive) => {
    const allocation = { ...directive.allocation, isReadOnly: true };
    // Files are there, however long it takes to read them.
    const patience = directive.kubernetes.clusters.length === 0 ? { startupTimeoutMs: filesTimeoutMs } : {};
    const nothing = (): void => undefined;
    return new RegistryService(
      { ...directive, allocation, ...patience },
      hashSeed,
      systemClock,
      problemLogger,
      nothing,
    );
  });
  try {
    await Promise.all(services.map((service) => service.start()));
    const late = services.find(({ isSynced }) => !isSynced);
    if (late) throw new InspectError(`the registry of ${late.name} could not be read in time (startup_timeout)`);
    const environment = { clock: systemClock, hashSeed, randomUint16: () => randomInt(65_536) };
    return await use(new Inspector(complete, services, environment));
  } finally {
    await Promise.all(services.map((service) => service.stop()));
  }
}

/** What matters is in the explanation; only errors are told beside it. */
const problemLogger: Logger = {
  debugs: false,
  debug: () => undefined,
  info: () => undefined,
  warning: () => undefined,
  error: (message) => process.stderr.write(`${message}\n`),
  flush: () => undefined,
};
