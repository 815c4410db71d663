import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import dnsPacket from 'dns-packet';
import { ZonePublisher } from '../src/plugins/publish/zone-publisher.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { primaries, publishedZone, startPrimary, type Primary } from '../test/interop/primaries.ts';
import { FakeHosts } from '../test/plugins/publish/fake-hosts.ts';

// Publishing: how long the first run takes for so many hosts with one address each, the comparison behind it, and from a change to its
// answer at the secondary name server. The name servers are those of the interoperability tests, configured as docs/publish.md says.
//
//     node bench/publish.ts [HOSTS] [NAME]

const hostCount = Number(process.argv[2] ?? 10_000);
const only = process.argv[3];
const changeCount = 20;
const pollMs = 5;
const giveUpMs = 20_000;

const alive = setInterval(() => undefined, 2 ** 30);
for (const primary of primaries) if (only === undefined || primary.name === only) await measure(primary);
clearInterval(alive);

async function measure(primary: Primary): Promise<void> {
  const lab = await startPrimary(primary);
  try {
    const hosts = new FakeHosts();
    const nameOf = (i: number): string => `host-${i}.${publishedZone}`;
    for (let i = 0; i < hostCount; i++) hosts.set(nameOf(i), [`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`]);
    let id = 0;
    const publisher = new ZonePublisher({
      target: {
        zones: [`${publishedZone}.`],
        primary: { host: '127.0.0.1', port: lab.port },
        keyFile: lab.keyFile,
        owner: 'bench',
        types: ['A', 'AAAA'],
        ttl: undefined,
        autoAddresses: false,
        maxRemovals: { kind: 'percent', percent: 10 },
        intervalMs: 60_000,
        lease: undefined,
        isDryRun: false,
      },
      clock: systemClock,
      readFile: (path) => readFileSync(path, 'utf8'),
      randomUint16: () => id++ % 65_536,
      signal: new AbortController().signal,
      mayWrite: () => true,
    });
    const pass = async (run: () => ReturnType<ZonePublisher['compare']>): Promise<{ ms: number; changes: number }> => {
      const startedAt = performance.now();
      const [{ error, changes }] = (await run()) as [Awaited<ReturnType<ZonePublisher['compare']>>[number]];
      if (error) throw error;
      return { ms: performance.now() - startedAt, changes: changes.length };
    };
    const first = await pass(() => publisher.compare(hosts));
    const second = await pass(() => publisher.compare(hosts));
    if (first.changes !== hostCount || second.changes !== 0) throw new Error('not all hosts were published');
    const latencies: number[] = [];
    for (let i = 0; i < changeCount; i++) {
      const name = nameOf((i * 499) % hostCount);
      const address = `10.200.0.${i}`;
      hosts.set(name, [address]);
      const startedAt = performance.now();
      await publisher.update(hosts, [name]);
      await seen(lab.secondaryPort, name, address);
      latencies.push(performance.now() - startedAt);
    }
    latencies.sort((a, b) => a - b);
    const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
    console.log(
      `${primary.name}: ${hostCount} hosts first ${seconds(first.ms)}, compared again ${seconds(second.ms)}; ` +
        `a change at the secondary server: median ${seconds(latencies[changeCount >> 1]!)}, most ${seconds(latencies.at(-1)!)}`,
    );
  } finally {
    await lab.stop();
  }
}

/** Resolves when the server answers with this address. */
function seen(port: number, name: string, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    const query = dnsPacket.encode({ type: 'query', id: 1, questions: [{ type: 'A', name }] });
    const ask = setInterval(() => socket.send(query, port, '127.0.0.1'), pollMs);
    const end = (error?: Error): void => {
      clearInterval(ask);
      clearTimeout(limit);
      socket.close();
      if (error) reject(error);
      else resolve();
    };
    const limit = setTimeout(() => end(new Error(`${name} is not seen after ${giveUpMs / 1000} s`)), giveUpMs);
    socket.on('message', (message) => {
      const { answers = [] } = dnsPacket.decode(message);
      if (answers.some((answer) => answer.type === 'A' && answer.data === address)) end();
    });
    socket.on('error', end);
  });
}
