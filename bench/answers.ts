import { defaultUdpPayload, rcode, rrType } from '../src/wire/codes.ts';
import { encodeName } from '../src/wire/name.ts';
import { measureCached } from './cached.ts';
import { hostName, makeDispatcher, manyAddresses, type Visibility } from './fixture.ts';
import { measureHostsFile } from './hosts-file.ts';
import { measure, print } from './measure.ts';
import { makeQueries, makeRandom } from './queries.ts';
import { ReceiveBuffers } from './receive-buffers.ts';
import { measureRules } from './rules.ts';
import { measureSteps } from './steps.ts';

// From query bytes to reply bytes, through the function that a socket calls: no socket, no system call. Replies are
// written in place, over the query, as the batched UDP listener does (receive-buffers.ts). Each figure contains the copy
// that puts the queries there; what that copy takes alone stands in a line of its own. It is bundled as
// the workers are.
//
//     npm run bench -- [HOSTS …]

const queryCount = 1 << 16;
/** Octets of an A record behind its name. */
const addressBytes = 16;
/** Of an SOA record with compressed names. */
const soaBytes = 54;
/** Of an SRV record with the longest of the hosts. */
const serviceBytes = 18 + encodeName(hostName(999_999))!.length;
const visibilities = {
  all: 'seen by all',
  exportTo: 'exported to the namespace that asks',
  sidecars: 'limited by its Sidecar',
  endpoints: 'four endpoints each',
  nearest: 'four endpoints each, nearest first',
};

interface Scenario {
  readonly name: string;
  readonly code: number;
  /** By how much replies are longer than their queries, at most. */
  readonly addedBytes: number;
  /** Few queries, for their replies are long. */
  readonly isCut?: boolean;
  ask(random: () => number, hosts: number): { name: string; type: number };
}

const pick = (random: () => number, hosts: number): string => hostName(Math.floor(random() * hosts));
const plain: Scenario = {
  name: 'A',
  code: rcode.NOERROR,
  addedBytes: addressBytes,
  ask: (random, hosts) => ({ name: pick(random, hosts), type: rrType.A }),
};
const fourAddresses: Scenario = { ...plain, name: 'A, four addresses', addedBytes: 4 * addressBytes };
const scenarios: readonly Scenario[] = [
  plain,
  {
    name: 'AAAA, NODATA',
    code: rcode.NOERROR,
    addedBytes: soaBytes,
    ask: (random, hosts) => ({ name: pick(random, hosts), type: rrType.AAAA }),
  },
  {
    name: 'SRV',
    code: rcode.NOERROR,
    addedBytes: serviceBytes + addressBytes,
    ask: (random, hosts) => ({ name: `_http._tcp.${pick(random, hosts)}`, type: rrType.SRV }),
  },
  {
    name: 'wildcard',
    code: rcode.NOERROR,
    addedBytes: addressBytes,
    ask: (random) => ({ name: `t${Math.floor(random() * 1e6)}.tenants.test`, type: rrType.A }),
  },
  {
    name: 'NXDOMAIN',
    code: rcode.NXDOMAIN,
    addedBytes: soaBytes,
    ask: (random) => ({ name: `no-${Math.floor(random() * 1e6)}.mesh.test`, type: rrType.A }),
  },
  {
    name: 'A, truncated',
    code: rcode.NOERROR,
    addedBytes: defaultUdpPayload,
    isCut: true,
    ask: () => ({ name: manyAddresses, type: rrType.A }),
  },
];

for (const hosts of process.argv.length > 2 ? process.argv.slice(2).map(Number) : [10_000, 1_000_000]) {
  measureHosts(hosts, 'all', scenarios);
  if (hosts > 100_000) continue;
  measureHosts(hosts, 'exportTo', [plain]);
  measureHosts(hosts, 'sidecars', [plain]);
  measureHosts(hosts, 'endpoints', [fourAddresses]);
  measureHosts(hosts, 'nearest', [fourAddresses]);
}
await measureHostsFile(100_000);
for (const names of [10_000, 100_000]) await measureCached(names);
measureRules(10_000);
measureSteps();

function measureHosts(hosts: number, visibility: Visibility, asked: readonly Scenario[]): void {
  const started = performance.now();
  const { dispatcher, writer, registry } = makeDispatcher(hosts, true, visibility);
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${registry.status.hosts} hosts, ${visibilities[visibility]}: compiled in ${seconds.toFixed(2)} s, table ${(writer.bytes / 1e6).toFixed(1)} MB, resident ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`,
  );
  for (const [index, scenario] of asked.entries()) {
    const random = makeRandom(42);
    const buffers = new ReceiveBuffers(
      dispatcher,
      makeQueries(scenario.isCut ? 1024 : queryCount, random, () => scenario.ask(random, hosts)),
      scenario.addedBytes,
    );
    buffers.check(scenario.code, scenario.isCut);
    if (index === 0 && visibility === 'all') {
      print(
        '(the copy alone)',
        measure((count) => buffers.receive(count)),
        'queries',
      );
    }
    print(
      scenario.name,
      measure((count) => buffers.answer(count)),
      'answers',
    );
  }
}
