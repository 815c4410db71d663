import { onTestFinished } from 'vitest';
import { Activities } from '../../src/runtime/activities.ts';
import { loadCorefile } from '../../src/cli/load.ts';
import { makePlugins } from '../../src/plugins/plugins.ts';
import { ServiceEntryControl } from '../../src/plugins/serviceentry/control.ts';
import type { RegistryHost, RegistryService } from '../../src/plugins/serviceentry/registry-service.ts';
import { formatProblem } from '../../src/corefile/problem.ts';
import type { Sink, Source } from '../../src/registry/sources/source.ts';
import { systemClock, type Clock } from '../../src/runtime/clock.ts';
import type { ServerEnvironment } from '../../src/server/control/server-environment.ts';
import { RunningServer } from '../../src/server/control/server.ts';
import { RecordingLogger } from './quiet-logger.ts';

/** A source that a test drives. */
export class HandSource implements Source {
  readonly name = 'hand';
  sink: Sink | undefined;

  start(sink: Sink): void {
    this.sink = sink;
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

/** GET of a path at a port of the loopback address. */
export async function get(port: number, path: string, method = 'GET') {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { connection: 'close' } });
  return { status: response.status, body: await response.text(), type: response.headers.get('content-type') };
}

/** The host of a registry that publishes nowhere. */
export function registryHost(parts: Partial<RegistryHost> = {}): RegistryHost {
  return {
    clock: systemClock,
    logger: new RecordingLogger(),
    hashSeed: 1,
    isReadOnly: false,
    interfaces: () => ({}),
    activities: new Activities(),
    publishTable: () => undefined,
    publishWaiting: () => undefined,
    ...parts,
  };
}

/** The registries of a server, in the order of its Corefile. */
export function registriesOf(server: RunningServer): readonly RegistryService[] {
  return server
    .controls('serviceentry')
    .flatMap((control) => (control instanceof ServiceEntryControl ? control.services : []));
}

export function configOfText(text: string) {
  const { problems, config } = loadCorefile({ file: 'Corefile', text }, 53, {});
  if (problems.hasErrors) throw new Error(problems.list.map(formatProblem).join('\n'));
  return config;
}

export function environmentFor(options: { clock?: Clock; source?: Source; cpus?: number } = {}): ServerEnvironment & {
  readonly logger: RecordingLogger;
} {
  const { clock = systemClock, source, cpus = 1 } = options;
  return {
    clock,
    logger: new RecordingLogger(),
    logFormat: 'text',
    interfaces: () => ({}),
    hashSeed: 1,
    cpus,
    canReusePort: cpus > 1,
    version: '1.2.3',
    commit: 'a1b2c3',
    droppedLogLines: () => 0,
    ...(source ? { plugins: makePlugins({ makeSources: () => [source] }) } : {}),
  };
}

/** Starts a Corefile; its ports are those that it says. Stops it when the test is over. */
export async function startServer(text: string, options: Parameters<typeof environmentFor>[0] = {}) {
  const environment = environmentFor(options);
  const server = await RunningServer.start(configOfText(text), environment);
  onTestFinished(() => server.stop());
  return { server, logger: environment.logger };
}
