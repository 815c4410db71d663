import { createSocket } from 'node:dgram';
import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encode, RECURSION_DESIRED } from 'dns-packet';
import { loadCorefile } from '../../../src/cli/load.ts';
import { version } from '../../../src/cli/version.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { RunningServer } from '../../../src/server/control/server.ts';
import { answer, FakeUpstream, type UpstreamQuery } from '../../support/fake-upstream.ts';
import { freePorts } from '../../support/free-ports.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';
import { openBrowser } from './browser.ts';

/*
 * `npm run screenshots`: writes docs/images/dashboard-light.png and -dark.png. It serves the examples, asks for a minute, and changes some
 * of them meanwhile.
 */

const loadMs = 75_000;
const tickMs = 50;
const size = { width: 1280, height: 900 };
const names = ['payments.mesh.test', 'ledger.mesh.test', 'db.mesh.test', 'customers.com', 'cassandra.mesh.test'];
const images = resolve('docs/images');

const directory = mkdtempSync(join(tmpdir(), 'dashboard-'));
cpSync('deploy/examples', join(directory, 'manifests'), { recursive: true });
writeFileSync(join(directory, 'manifests/mistakes.yaml'), mistakes());
process.chdir(directory);

const upstreams = [await FakeUpstream.start(slowly(4)), await FakeUpstream.start(slowly(18))];
const [port] = (await freePorts(1)) as [number];
const server = await start(port, upstreams);
const browser = await openBrowser();
try {
  const stopAsking = ask(port);
  await change();
  for (const theme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ viewport: size, colorScheme: theme });
    await page.goto(`http://127.0.0.1:${server.httpPorts('dashboard')[0]!}/`);
    await page.locator('.line').first().waitFor({ state: 'attached' });
    await sleep(1500);
    await page.screenshot({ path: join(images, `dashboard-${theme}.png`) });
  }
  stopAsking();
} finally {
  await browser.close();
  await server.stop();
  await Promise.all(upstreams.map((upstream) => upstream.stop()));
  rmSync(directory, { recursive: true });
}

function start(dnsPort: number, to: readonly FakeUpstream[]): Promise<RunningServer> {
  const text = `.:${dnsPort} mesh.test:${dnsPort} {
    bind 127.0.0.1
    errors
    dashboard localhost:0
    serviceentry {
        file manifests
        client 127.0.0.2/32 security
    }
    cache
    forward . ${to.map((upstream) => `127.0.0.1:${upstream.port}`).join(' ')}
}
`;
  writeFileSync('Corefile', text);
  const { config } = loadCorefile({ file: 'Corefile', text }, dnsPort, {});
  const first = { hash: 'a41c0e5d7b92', state: '', files: [{ path: 'Corefile', text }] };
  return RunningServer.start(config, {
    clock: systemClock,
    logger: new RecordingLogger(),
    logFormat: 'text',
    interfaces: () => ({}),
    hashSeed: 1,
    cpus: 1,
    canReusePort: false,
    version,
    corefile: { first, fixed: 'this is a picture', look: () => '', read: () => Promise.reject(new Error()) as never },
  });
}

/** Asks more and less often, mostly for what the registry has. Returns what ends it. */
function ask(to: number): () => void {
  const socket = createSocket('udp4').on('message', () => undefined);
  let tick = 0;
  const timer = setInterval(() => {
    tick++;
    const count = Math.round(9 + 4 * Math.sin(tick / 90) + 2 * Math.sin(tick / 17));
    for (let i = 0; i < count; i++) {
      const name = nameOf(tick, i);
      const questions = [{ type: 'A' as const, name }];
      socket.send(encode({ type: 'query', id: i + 1, flags: RECURSION_DESIRED, questions }), to, '127.0.0.1');
    }
  }, tickMs);
  return () => {
    clearInterval(timer);
    socket.close();
  };
}

function nameOf(tick: number, i: number): string {
  if (i === 0 && tick % 3 === 0) return `nobody${tick % 50}.mesh.test`;
  if (i === 1) return `www${tick % 400}.example.com`;
  if (i === 2 && tick % 40 > 34) return `broken${tick}.example.net`;
  return names[(tick + i) % names.length]!;
}

/** Hosts come and go. */
async function change(): Promise<void> {
  for (let i = 0; i < 6; i++) {
    await sleep(loadMs / 7);
    const spec = `{ hosts: [orders-${i}.mesh.test], addresses: [10.96.40.${i}], resolution: STATIC }`;
    const metadata = `{ name: orders-${i}, namespace: shop }`;
    const kind = '{ apiVersion: networking.istio.io/v1, kind: ServiceEntry,';
    appendFileSync('manifests/orders.yaml', `---\n${kind} metadata: ${metadata}, spec: ${spec} }\n`);
  }
}

/** Replies after some milliseconds; not for `broken`. */
function slowly(ms: number): (query: UpstreamQuery) => void {
  const reply = answer();
  return (query) => {
    const waitMs = ms * (0.6 + (query.index % 7) / 8);
    if (query.name.startsWith('broken')) setTimeout(() => answer({}, 2)(query), waitMs);
    else setTimeout(() => reply(query), waitMs);
  };
}

function mistakes(): string {
  return `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: mistakes
  namespace: shop
spec:
  hosts: [shop.mesh.test, 'https://shop.mesh.test/']
  addresses: [10.96.30.1, 10.96.30.300]
  resolution: STATIC
`;
}
