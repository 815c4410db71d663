import { createSocket } from 'node:dgram';
import { decode, encode, RECURSION_DESIRED, type DecodedPacket, type RecordType } from 'dns-packet';
import { loadCorefile } from '../../src/cli/load.ts';
import { formatProblem } from '../../src/corefile/problem.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { HttpAddress } from '../../src/runtime/http/address.ts';
import type { PluginConfig } from '../../src/server/config.ts';
import { RunningServer } from '../../src/server/control/server.ts';
import { freePorts } from '../support/free-ports.ts';
import { RecordingLogger } from '../support/quiet-logger.ts';

/** Starts a Corefile on free ports, with one worker. Throws where it has errors or cannot be started. */
export async function startCorefile(text: string, file: string): Promise<RunningServer> {
  const { problems, config } = loadCorefile({ file, text }, 53, {});
  if (problems.hasErrors) throw new Error(problems.list.map(formatProblem).join('\n'));
  const ports = await freePorts(config.listeners.length);
  const listeners = config.listeners.map((listener, i) => ({ ...listener, port: ports[i]! }));
  const blocks = config.blocks.map((block) => ({ ...block, plugins: block.plugins.map(onFreePort) }));
  return RunningServer.start(
    { ...config, listeners, blocks },
    {
      clock: systemClock,
      logger: new RecordingLogger(),
      logFormat: 'text',
      interfaces: () => ({}),
      hashSeed: 1,
      cpus: 1,
      canReusePort: false,
    },
  );
}

/** What listens for HTTP does so on a port of its own, on the loopback address. */
function onFreePort(plugin: PluginConfig): PluginConfig {
  const at: HttpAddress = { address: '127.0.0.1', port: 0 };
  if (plugin.settings.http === undefined) return plugin;
  return { ...plugin, config: { ...(plugin.config as object), at } };
}

/** Asks over UDP as dig does by default, but without EDNS. */
export function ask(port: number, name: string, type: RecordType): Promise<DecodedPacket> {
  const { promise, resolve, reject } = Promise.withResolvers<DecodedPacket>();
  const socket = createSocket('udp4', (message) => {
    socket.close();
    resolve(decode(message));
  });
  socket.once('error', reject);
  const query = encode({ type: 'query', id: 1, flags: RECURSION_DESIRED, questions: [{ type, name }] });
  socket.send(query, port, '127.0.0.1');
  return promise;
}
