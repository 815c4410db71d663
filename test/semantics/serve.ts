import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/runtime/clock.ts';
import { RunningServer } from '../../src/server/control/server.ts';
import { FakeUpstream } from '../support/fake-upstream.ts';
import { freePorts } from '../support/free-ports.ts';
import { RecordingLogger } from '../support/quiet-logger.ts';
import { answerFromZone } from '../support/zone-upstream.ts';
import type { SemanticsCase } from './case.ts';
import { serverBlock, type BlockPlace } from './corefile.ts';
import { configFor } from './in-process.ts';

const startTries = 5;

/** One running server with a block for each case. */
export interface ServedCases {
  portOf(semanticsCase: SemanticsCase): number;
  stop(): Promise<void>;
}

/** Starts the server from a Corefile and manifests in a directory of their own. */
export async function serveCases(cases: readonly SemanticsCase[]): Promise<ServedCases> {
  const directory = mkdtempSync(join(tmpdir(), 'semantics-'));
  const upstreams = await Promise.all(
    cases.map(async ({ upstream = '' }) => {
      return upstream === 'none' ? undefined : await FakeUpstream.start(answerFromZone(upstream));
    }),
  );
  const files = cases.map(({ objects = '' }, i) => {
    const file = join(directory, `case-${i}.yaml`);
    writeFileSync(file, objects);
    mkdirSync(join(directory, String(i)));
    return file;
  });
  const { server, ports } = await start(cases, (i) => ({
    directory: join(directory, String(i)),
    file: files[i]!,
    upstreamPort: upstreams[i]?.port,
  }));
  return {
    portOf: (semanticsCase) => ports[cases.indexOf(semanticsCase)]!,
    async stop() {
      await server.stop();
      for (const upstream of upstreams) await upstream?.stop();
      rmSync(directory, { recursive: true });
    },
  };
}

async function start(
  cases: readonly SemanticsCase[],
  placeOf: (index: number) => Omit<BlockPlace, 'port'>,
): Promise<{ server: RunningServer; ports: number[] }> {
  for (let tries = 1; ; tries++) {
    const ports = await freePorts(cases.length);
    const corefile = cases.map((each, i) => serverBlock(each, { ...placeOf(i), port: ports[i]! })).join('');
    try {
      const server = await RunningServer.start(configFor(corefile), {
        clock: systemClock,
        logger: new RecordingLogger(),
        logFormat: 'text',
        interfaces: () => ({}),
        hashSeed: 0x5eed,
        cpus: 1,
        canReusePort: true,
      });
      return { server, ports };
    } catch (error) {
      // Another program may have taken a port in the meantime.
      if (tries === startTries || !String(error).includes('EADDRINUSE')) throw error;
    }
  }
}
