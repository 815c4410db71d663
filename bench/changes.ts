import { makePlugins } from '../src/plugins/plugins.ts';
import { createSocket } from 'node:dgram';
import { loadCorefile } from '../src/cli/load.ts';
import type { Sink, Source } from '../src/registry/sources/source.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { RunningServer } from '../src/server/control/server.ts';
import { rrType } from '../src/wire/codes.ts';
import { hostName, serviceEntry, silent } from './fixture.ts';
import { makeQueries, makeRandom } from './queries.ts';

// From a source's event to a UDP answer that shows it: a registry of 100,000 ServiceEntries, 1,000 changes a second,
// each tenth one watched. The events are fed in this process; the queries go through real sockets to a worker.

const hosts = 100_000;
const changesPerSecond = 1000;
const seconds = 10;
const watchedEach = 10;
/** A poll that was lost is sent again after this. */
const repeatMs = 50;

/** Objects that are handed over by calls. */
class FedSource implements Source {
  readonly name = 'fed';
  sink: Sink | undefined;

  start(sink: Sink): void {
    this.sink = sink;
    sink.apply(Array.from({ length: hosts }, (_, i) => ({ type: 'upsert', object: serviceEntry(i) })));
    sink.synced();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

const corefile =
  'mesh.test:0 {\n  bind 127.0.0.1\n  errors\n  multisocket 1\n  serviceentry {\n    file /dev/null\n  }\n}\n';
const { config } = loadCorefile({ file: 'Corefile', text: corefile }, 53, {});
const source = new FedSource();
const started = performance.now();
const server = await RunningServer.start(config, {
  clock: systemClock,
  logger: silent,
  logFormat: 'text',
  interfaces: () => ({}),
  hashSeed: 1,
  cpus: 1,
  canReusePort: true,
  plugins: makePlugins({ makeSources: () => [source] }),
});
console.log(`${hosts} ServiceEntries served ${((performance.now() - started) / 1000).toFixed(2)} s after the start`);

const port = server.listeners[0]!.port;
const latencies: number[] = [];
const watches = new Set<() => void>();
const applied: number[] = [];
const random = makeRandom(7);
const revisions = new Map<number, number>();
let done = 0;
const begin = performance.now();
await new Promise<void>((resolve) => {
  const tick = (): void => {
    // As many as are due: the timer is coarse, the rate is kept.
    const due = Math.min(
      changesPerSecond * seconds,
      Math.floor(((performance.now() - begin) / 1000) * changesPerSecond),
    );
    for (; done < due; done++) change(done);
    if (done < changesPerSecond * seconds) setImmediate(tick);
    else setTimeout(resolve, 500);
  };
  tick();
});
// A host that was changed again before it was asked never shows what was waited for.
const superseded = watches.size;
for (const end of watches) end();
report('source event to UDP answer', latencies);
if (superseded > 0) console.log(`${superseded} were changed again before they were seen`);
report('source event to table', applied);
await server.stop();

function change(number: number): void {
  const index = Math.floor(random() * hosts);
  const revision = (revisions.get(index) ?? 0) + 1;
  revisions.set(index, revision);
  const object = serviceEntry(index, revision);
  const event = performance.now();
  if (number % watchedEach === 0) watch(index, object.vips[0]!, event);
  source.sink!.apply([{ type: 'upsert', object }]);
  applied.push(performance.now() - event);
}

/** Asks until the answer holds the address. */
function watch(index: number, vip: string, event: number): void {
  const { bytes } = makeQueries(1, random, () => ({ name: hostName(index), type: rrType.A }));
  const wanted = Uint8Array.from(vip.split('.').map(Number));
  const socket = createSocket('udp4');
  const ask = (): void => socket.send(bytes, port, '127.0.0.1');
  const end = (): void => {
    clearInterval(repeat);
    socket.close();
    watches.delete(end);
  };
  const repeat = setInterval(ask, repeatMs);
  socket.on('message', (reply) => {
    if (!Buffer.from(reply).includes(wanted)) {
      ask();
      return;
    }
    latencies.push(performance.now() - event);
    end();
  });
  watches.add(end);
  // After the change was applied: before, the question would only find the old answer.
  setImmediate(ask);
}

function report(what: string, values: number[]): void {
  values.sort((a, b) => a - b);
  const at = (share: number): string =>
    values[Math.min(values.length - 1, Math.floor(values.length * share))]!.toFixed(2);
  console.log(
    `${what}: ${values.length} of ${changesPerSecond} changes/s: median ${at(0.5)} ms, 90% ${at(0.9)} ms, 99% ${at(0.99)} ms, 99.9% ${at(0.999)} ms, max ${at(1)} ms`,
  );
}
