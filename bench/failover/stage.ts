import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../../test/support/child.ts';
import { freePorts } from '../../test/support/free-ports.ts';
import { FakeUpstream, type Behaviour } from '../../test/support/fake-upstream.ts';
import { exchangeUdp } from '../../test/support/dns-client.ts';
import { encodeQuery } from '../../test/support/query.ts';
import { Client } from './client.ts';
import { configFile, type Caching, type Proxy } from './proxies.ts';

/** What is asked until there is a reply. */
export const firstName = 'first.test';
const startTimeoutMs = 15_000;
const firstPatienceMs = 3000;

/** A proxy in front of upstreams in this process, and a client of it. */
export interface Stage {
  readonly upstreams: readonly FakeUpstream[];
  readonly client: Client;
}

export interface StagePlan {
  readonly upstreams: readonly Behaviour[];
  readonly caching: Caching;
  readonly clientSockets?: number;
}

/** Runs `body` with a proxy that has had a reply for `firstName` from one of the upstreams. */
export async function onStage<Result>(
  proxy: Proxy,
  plan: StagePlan,
  body: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  const upstreams = await Promise.all(plan.upstreams.map((behaviour) => FakeUpstream.start(behaviour)));
  const [port] = (await freePorts(1)) as [number];
  const directory = mkdtempSync(join(tmpdir(), 'serviceentry-dns-failover-'));
  const file = configFile(directory);
  writeFileSync(file, proxy.config({ port, upstreams: upstreams.map((each) => each.port), caching: plan.caching }));
  const [program, ...args] = proxy.command(file);
  const child = new Child(program, args, directory);
  const client = new Client(port, plan.clientSockets);
  try {
    await child.until(() => isAnswered(port), startTimeoutMs);
    return await body({ upstreams, client });
  } finally {
    client.close();
    await child.kill();
    await Promise.all(upstreams.map((each) => each.stop()));
    rmSync(directory, { recursive: true });
  }
}

async function isAnswered(port: number): Promise<boolean> {
  await exchangeUdp(port, encodeQuery(firstName, 'A'), { timeoutMs: firstPatienceMs });
  return true;
}
