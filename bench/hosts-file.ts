import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostsConfig } from '../src/plugins/hosts/config.ts';
import { HostsService } from '../src/plugins/hosts/service.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { nodeFileSystem } from '../src/runtime/files/file-system.ts';
import { TableReader } from '../src/table/reader.ts';
import { rcode, rrType } from '../src/wire/codes.ts';
import { hashSeed, hostName, makeBlock, silent } from './fixture.ts';
import { measure, print } from './measure.ts';
import { makeQueries, makeRandom } from './queries.ts';
import { ReceiveBuffers } from './receive-buffers.ts';

const queryCount = 1 << 16;
/** Of a PTR record with the longest name, and of an SOA record. */
const addedBytes = 64;

/** How long a hosts file of so many lines takes until it is served, once more when a line is added, and what its answers cost. */
export async function measureHostsFile(lines: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-hosts-'));
  const file = join(directory, 'hosts');
  const text = Array.from({ length: lines }, (_, i) => `${addressOf(i)} ${hostName(i)}\n`).join('');
  writeFileSync(file, text);
  const config: HostsConfig = {
    file,
    isNamed: true,
    inline: [],
    zones: ['test.'],
    ttl: 3600,
    hasReverse: true,
    reloadMs: 5000,
    fallthrough: undefined,
    passesOtherTypes: false,
  };
  const readers: TableReader[] = [];
  const publishTable = (_: string, handle: ConstructorParameters<typeof TableReader>[0]): void => {
    if (readers.length === 0) readers.push(new TableReader(handle));
    else readers[0]!.use(handle);
  };
  const host = { clock: systemClock, logger: silent, hashSeed, isReadOnly: false, publishTable };
  const service = new HostsService(config, host, nodeFileSystem);
  const table = readers[0]!;
  try {
    const first = await timed(() => service.start());
    const { buffers: added } = asked(table, config, 1, () => ({ name: 'added.test', type: rrType.A }));
    const again = await timed(async () => {
      writeFileSync(file, `${text}192.0.2.1 added.test\n`);
      while (service.changes < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    });
    added.check(rcode.NOERROR);
    const { rss } = process.memoryUsage();
    console.log(
      `hosts file, ${lines} lines: served after ${first}, and ${again} after a line was added; resident ${(rss / 1e6).toFixed(0)} MB`,
    );
    const random = makeRandom(42);
    const pick = (): number => Math.floor(random() * lines);
    const scenarios: readonly [string, number, () => { name: string; type: number }][] = [
      ['A', rcode.NOERROR, () => ({ name: hostName(pick()), type: rrType.A })],
      ['AAAA, NODATA', rcode.NOERROR, () => ({ name: hostName(pick()), type: rrType.AAAA })],
      ['PTR', rcode.NOERROR, () => ({ name: reverseOf(pick()), type: rrType.PTR })],
      ['NXDOMAIN', rcode.NXDOMAIN, () => ({ name: `no-${Math.floor(random() * 1e6)}.test`, type: rrType.A })],
    ];
    for (const [name, code, ask] of scenarios) {
      const { buffers } = asked(table, config, queryCount, ask);
      buffers.check(code);
      print(
        name,
        measure((count) => buffers.answer(count)),
        'answers',
      );
    }
  } finally {
    service.stop();
    rmSync(directory, { recursive: true });
  }
}

function asked(table: TableReader, config: HostsConfig, count: number, ask: () => { name: string; type: number }) {
  const dispatcher = makeBlock({ name: 'hosts', config }, table);
  // Batches are whole.
  const queries = makeQueries(Math.max(count, 64), makeRandom(7), ask);
  return { buffers: new ReceiveBuffers(dispatcher, queries, addedBytes) };
}

/** Time that passed, and CPU time of this thread: other work on the machine is in the first alone. */
async function timed(work: () => Promise<void>): Promise<string> {
  const cpu = process.threadCpuUsage();
  const began = performance.now();
  await work();
  const passed = performance.now() - began;
  const { user, system } = process.threadCpuUsage(cpu);
  return `${passed.toFixed(0)} ms (${((user + system) / 1000).toFixed(0)} ms of CPU time)`;
}

const octets = (index: number): number[] => [10, (index >> 16) & 255, (index >> 8) & 255, index & 255];

function addressOf(index: number): string {
  return octets(index).join('.');
}

function reverseOf(index: number): string {
  return `${octets(index).toReversed().join('.')}.in-addr.arpa`;
}
