import type { ServerResponse } from 'node:http';
import { FakeApiServer, sendStatus, type ApiObject } from '../../test/support/fake-api-server.ts';
import { hostAt, hostLists, type HostListName } from './hosts.ts';
import type { RegistryAnswer, RegistryOrder } from './registry.ts';
import { changesPerSecond } from './scenarios.ts';
import { serviceEntryObject } from './service-entries.ts';

// The registry of our server in the scenarios where it changes: the API server of the tests, in a process of its own
// that shares the processor of the load. It is told what to do by messages, and says when it has done it.

const plural = 'serviceentries';
/** Of the hosts, one in so many has another address after each relist. */
const changedEach = 10;
/** Changes go through all hosts in steps of this. */
const stride = 7919;
const pollMs = 20;

const list = hostLists[process.argv[2] as HostListName];
const server = await FakeApiServer.start();
/** Numbers the changes of addresses. */
let revision = 0;
for (let index = 0; index < list.hosts; index++) put(index);
let isForgetting = false;
/** The version that the last watch began with; a streamed list has all there is. */
let watchedFrom = 0;
let lastWatch: ServerResponse | undefined;
server.scripts.push(({ plural: asked, isWatch, query }, response) => {
  if (!isWatch || asked !== plural) return false;
  const isStreamedList = query.get('sendInitialEvents') === 'true';
  watchedFrom = isStreamedList ? Infinity : Number(query.get('resourceVersion'));
  lastWatch = response;
  if (!isForgetting || isStreamedList) return false;
  sendStatus(response, 410, 'too old resource version');
  return true;
});

process.on('message', (order: RegistryOrder) => void obey(order).then((answer) => process.send!(answer)));
process.on('disconnect', () => process.exit());
process.send!({ url: server.url });

async function obey({ disturbance, seconds }: RegistryOrder): Promise<RegistryAnswer> {
  revision++;
  const begin = performance.now();
  const end = begin + seconds * 1000;
  return disturbance === 'changes' ? change(begin, end) : relist(end);
}

async function change(begin: number, end: number): Promise<RegistryAnswer> {
  let times = 0;
  let index = 0;
  for (let now = begin; now < end; now = performance.now()) {
    for (const due = ((now - begin) / 1000) * changesPerSecond; times < due; times++) {
      index = (times * stride) % list.hosts;
      put(index);
    }
    await pause(1);
  }
  return { times, index, address: addressAt(index) };
}

/** Ends the watch, changes some objects, forgets from where the watch went, and waits until all was listed again. */
async function relist(end: number): Promise<RegistryAnswer> {
  let times = 0;
  do {
    isForgetting = true;
    watchedFrom = 0;
    server.endWatches(plural);
    await pause(pollMs);
    for (let index = 0; index < list.hosts; index += changedEach) put(index);
    server.compact();
    isForgetting = false;
    while (watchedFrom < server.version || (lastWatch?.writableLength ?? 0) > 0) await pause(pollMs);
    times++;
    revision++;
  } while (performance.now() < end);
  revision--;
  return { times, index: 0, address: addressAt(0) };
}

function put(index: number): void {
  const object = serviceEntryObject({ ...hostAt(index), address: addressAt(index) });
  server.put(plural, { ...object } satisfies ApiObject);
}

/** Another one for each revision. */
function addressAt(index: number): string {
  return hostAt(index).address.replace(/^10/, String(10 + (revision % 90)));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
