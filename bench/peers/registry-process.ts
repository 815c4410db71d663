import type { ServerResponse } from 'node:http';
import { FakeApiServer, sendStatus, type ApiObject } from '../../test/support/fake-api-server.ts';
import { hostAt, hostLists, type HostListName } from './hosts.ts';
import type { RegistryEnd, RegistryOrder, RegistrySaying } from './registry.ts';
import { changesPerSecond } from './scenarios.ts';
import { serviceEntryObject } from './service-entries.ts';

// The registry of our server in the scenarios where it changes: the API server of the tests, in a process of its own
// that shares the processor of the load. It is told what to do by messages, and says when it has done it.

const plural = 'serviceentries';
/** Of the hosts, one in so many has another address after each relist. */
const changedEach = 10;
/** Changes go through all hosts in steps of this. */
const stride = 7919;
/** Of the changes of a churn, one in so many is a new host, which goes when so many others have come. */
const newEach = 10;
const newHosts = 500;
const pollMs = 5;

const list = hostLists[process.argv[2] as HostListName];
const server = await FakeApiServer.start();
/** Numbers the changes of addresses. */
let revision = 0;
/** Number of the next new host. */
let newest = 0;
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

process.on('message', (order: RegistryOrder) => void obey(order).then(say));
process.on('disconnect', () => process.exit());
process.send!({ url: server.url });

function say(saying: RegistrySaying): void {
  process.send!(saying);
}

async function obey(order: RegistryOrder): Promise<RegistryEnd> {
  revision++;
  return order.disturbance === 'relists' ? relist() : change(order);
}

async function change({ disturbance, seconds, perSecond = changesPerSecond }: RegistryOrder): Promise<RegistryEnd> {
  const isChurn = disturbance === 'churn';
  say({ type: 'begun' });
  const begin = performance.now();
  let times = 0;
  let index = 0;
  for (let took = 0; took < seconds; took = (performance.now() - begin) / 1000) {
    for (const due = took * perSecond; times < due; times++) {
      if (isChurn && times % newEach === 1) {
        replaceNewHost();
        continue;
      }
      index = (times * stride) % list.hosts;
      put(index);
    }
    await pause(1);
  }
  // Nobody watches from before this, and the events of half an hour would fill this process.
  if (isChurn) server.compact();
  return { type: 'ended', times, seconds, index, address: addressAt(index) };
}

/**
 * Ends the watch, changes some objects, forgets from where the watch went, and waits until all was listed again. It has begun
 * when the server asks for the list, which it does after a back-off of 0.8 to 30 s.
 */
async function relist(): Promise<RegistryEnd> {
  isForgetting = true;
  watchedFrom = 0;
  server.endWatches(plural);
  await pause(20);
  for (let index = 0; index < list.hosts; index += changedEach) put(index);
  server.compact();
  isForgetting = false;
  while (watchedFrom < server.version) await pause(pollMs);
  say({ type: 'begun' });
  const begin = performance.now();
  while ((lastWatch?.writableLength ?? 0) > 0) await pause(pollMs);
  const seconds = (performance.now() - begin) / 1000;
  return { type: 'ended', times: 1, seconds, index: 0, address: addressAt(0) };
}

function put(index: number): void {
  const object = serviceEntryObject({ ...hostAt(index), address: addressAt(index) });
  server.put(plural, { ...object } satisfies ApiObject);
}

/** A host that there was not before comes, and the oldest of these goes. */
function replaceNewHost(): void {
  const namespace = 'bench';
  const name = (number: number): string => `new-${number}.mesh.test`;
  const host = { name: name(newest), address: '10.99.0.1' };
  server.put(plural, { ...serviceEntryObject(host) } satisfies ApiObject);
  server.delete(plural, namespace, name(newest - newHosts).replaceAll('.', '-'));
  newest++;
}

/** Another one for each revision. */
function addressAt(index: number): string {
  return hostAt(index).address.replace(/^10/, String(10 + (revision % 90)));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
