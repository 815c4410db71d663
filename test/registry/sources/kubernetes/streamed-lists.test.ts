import { expect, test } from 'vitest';
import type { KubernetesSource } from '../../../../src/registry/sources/kubernetes/kubernetes-source.ts';
import { sendStatus } from '../../../support/fake-api-server.ts';
import { Rig, statusOf, until, untilState } from './support.ts';

const start = (rig: Rig): KubernetesSource => rig.watch({}, { timing: { streamsLists: true } });

const listOf = (rig: Rig): string[] =>
  rig.server.requests
    .filter(({ plural }) => plural === 'serviceentries')
    .map(({ query, isWatch }) => {
      if (!isWatch) return 'pages';
      return query.has('sendInitialEvents') ? 'stream' : 'watch';
    });

test('is one request for all that exists and what comes', async () => {
  const rig = await Rig.start();
  for (const name of ['a', 'b', 'c']) rig.entry(name);
  const source = start(rig);
  await rig.watching(source);
  expect(rig.known('ServiceEntry')).toEqual(['shop/a', 'shop/b', 'shop/c']);
  rig.entry('d');
  await rig.sink.untilHosts('shop', 'd', ['d.example.com']);
  expect(listOf(rig)).toEqual(['stream']);
  expect(Object.fromEntries(rig.server.requestsFor('serviceentries', true)[0]!.query)).toEqual({
    watch: 'true',
    allowWatchBookmarks: 'true',
    sendInitialEvents: 'true',
    resourceVersionMatch: 'NotOlderThan',
    timeoutSeconds: '450',
  });
  expect(statusOf(source, 'ServiceEntry')).toMatchObject({ relists: 0, watchRestarts: 0, errors: 0 });
});

test('is watched on from where it was when it ends', async () => {
  const rig = await Rig.start();
  rig.entry('a');
  const source = start(rig);
  await rig.watching(source);
  rig.endWatches('serviceentries');
  await until(() => listOf(rig).length === 2);
  rig.entry('b');
  await rig.sink.untilHosts('shop', 'b', ['b.example.com']);
  expect(listOf(rig)).toEqual(['stream', 'watch']);
});

test('is a difference the second time', async () => {
  const rig = await Rig.start();
  for (const name of ['a', 'b', 'c']) rig.entry(name);
  const source = start(rig);
  await rig.watching(source);
  const batches = rig.sink.batches.length;
  rig.server.reset();
  await untilState(source, 'ServiceEntry', 'waiting');
  rig.entry('a', 'new.example.com');
  rig.server.delete('serviceentries', 'shop', 'b');
  rig.entry('d');
  rig.server.compact();
  // The watch is 410, and the list comes behind that.
  await until(() => {
    rig.clock.advance(20);
    return rig.known('ServiceEntry').join() === 'shop/a,shop/c,shop/d';
  });
  expect(rig.changesSince(batches).sort()).toEqual(['+shop/a', '+shop/d', '-shop/b']);
  expect(statusOf(source, 'ServiceEntry')).toMatchObject({ relists: 1, isSynced: true });
});

test('that breaks off is begun anew, and nothing is gone until it is whole', async () => {
  const rig = await Rig.start();
  for (const name of ['a', 'b']) rig.entry(name);
  rig.server.streamedLists = 'unmarked';
  const source = start(rig);
  await until(() => rig.known('ServiceEntry').length === 2);
  expect(statusOf(source, 'ServiceEntry')).toMatchObject({ state: 'listing', isSynced: false });
  rig.server.streamedLists = 'served';
  rig.server.reset();
  await rig.resume(source, 'ServiceEntry');
  await until(() => statusOf(source, 'ServiceEntry').state === 'watching');
  expect(listOf(rig)).toEqual(['stream', 'stream']);
});

test('that ends in its middle as a watch does is begun anew after a while', async () => {
  const rig = await Rig.start();
  rig.entry('a');
  rig.server.streamedLists = 'unmarked';
  const source = start(rig);
  await until(() => rig.known('ServiceEntry').length === 1);
  rig.server.streamedLists = 'served';
  rig.endWatches('serviceentries');
  await untilState(source, 'ServiceEntry', 'waiting');
  expect(rig.messages('warning').join()).toContain('the list broke off');
  await rig.resume(source, 'ServiceEntry');
  await until(() => statusOf(source, 'ServiceEntry').isSynced);
});

test.each([
  ['504', 504, {}],
  ['429 with Retry-After', 429, { 'retry-after': '30' }],
  ['503', 503, {}],
  ['500', 500, {}],
])(
  'that a busy server ends with %s comes in pages at once, and is streamed again later',
  async (_, code, headers: Record<string, string>) => {
    const rig = await Rig.start();
    rig.entry('a');
    let isBehind = true;
    rig.server.scripts.push(({ query }, response) => {
      if (!isBehind || query.get('sendInitialEvents') !== 'true') return false;
      sendStatus(response, code, 'Too large resource version: 12, current: 11', headers);
      return true;
    });
    const source = start(rig);
    // Time stands still.
    await rig.watching(source);
    expect(rig.known('ServiceEntry')).toEqual(['shop/a']);
    expect(listOf(rig)).toEqual(['stream', 'pages', 'watch']);
    isBehind = false;
    rig.server.compact();
    rig.endWatches('serviceentries');
    await until(() => statusOf(source, 'ServiceEntry').relists === 1);
    await rig.watching(source);
    expect(listOf(rig)).toEqual(['stream', 'pages', 'watch', 'watch', 'stream']);
  },
);

test('that a busy server ends with an error event comes in pages at once', async () => {
  const rig = await Rig.start();
  rig.entry('a');
  const object = { kind: 'Status', code: 504, message: 'Timeout: Too large resource version: 12, current: 11' };
  rig.server.scripts.push(({ query }, response) => {
    if (query.get('sendInitialEvents') !== 'true') return false;
    response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
    return true;
  });
  await rig.watching(start(rig));
  expect(listOf(rig)).toEqual(['stream', 'pages', 'watch']);
});

test('that is refused comes in pages from then on', async () => {
  const rig = await Rig.start();
  rig.entry('a');
  rig.server.streamedLists = 'refused';
  const source = start(rig);
  await rig.watching(source);
  expect(rig.known('ServiceEntry')).toEqual(['shop/a']);
  expect(listOf(rig)).toEqual(['stream', 'pages', 'watch']);
  // That a server is older is nothing to warn of.
  expect(rig.messages('warning')).toEqual([]);
});

test.each([
  ['another bookmark', (rig: Rig) => rig.server.bookmark()],
  ['silence', (rig: Rig) => rig.clock.advance(60_000)],
])('that is taken for a watch comes in pages after %s', async (_, happens) => {
  const rig = await Rig.start();
  rig.entry('a');
  rig.server.streamedLists = 'unmarked';
  const source = start(rig);
  await until(() => rig.known('ServiceEntry').length === 1 && rig.server.watches === 2);
  happens(rig);
  await rig.watching(source);
  expect(listOf(rig)).toEqual(['stream', 'pages', 'watch']);
});

test('of a definition that is not installed is tried in all versions', async () => {
  const rig = await Rig.start();
  for (const path of [...rig.server.installed]) if (path.endsWith('/serviceentries')) rig.server.installed.delete(path);
  rig.server.installed.add('apis/networking.istio.io/v1beta1/serviceentries');
  rig.entry('a');
  const source = start(rig);
  await rig.watching(source);
  expect(rig.known('ServiceEntry')).toEqual(['shop/a']);
  expect(listOf(rig)).toEqual(['stream', 'stream']);
});
