import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sendStatus, type Script } from '../../../support/fake-api-server.ts';
import { Rig, statusOf, until, untilState } from './support.ts';

/** Answers the next requests of one kind, so many of them, in a way of its own. */
function once(plural: string, isWatch: boolean, answer: Script, times = 1): Script {
  let left = times;
  return (request, response) => {
    if (left === 0 || request.plural !== plural || request.isWatch !== isWatch) return false;
    left--;
    return answer(request, response);
  };
}

const status =
  (code: number, headers: Record<string, string> = {}): Script =>
  (_, response) => {
    sendStatus(response, code, `fault ${code}`, headers);
    return true;
  };

describe('lists', () => {
  test('come in pages, and watches begin where they end', async () => {
    const rig = await Rig.start();
    for (const name of ['a', 'b', 'c', 'd', 'e']) rig.entry(name);
    await rig.watching(rig.watch({}, { timing: { pageSize: 2 } }));
    expect(rig.known('ServiceEntry')).toHaveLength(5);
    const lists = rig.server.requestsFor('serviceentries', false);
    expect(lists.map(({ query }) => query.get('limit'))).toEqual(['2', '2', '2']);
    expect(lists.map(({ query }) => query.has('continue'))).toEqual([false, true, true]);
    expect(lists.every(({ query }) => !query.has('resourceVersion'))).toBe(true);
    const [watch] = rig.server.requestsFor('serviceentries', true);
    expect(Object.fromEntries(watch!.query)).toEqual({
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: String(rig.server.version),
      timeoutSeconds: '450',
    });
  });

  test('begin anew where the token of a page has expired', async () => {
    const rig = await Rig.start();
    for (const name of ['a', 'b', 'c']) rig.entry(name);
    rig.server.scripts.push((request, response) => {
      return request.query.get('continue') === 'token-1' && status(410)(request, response);
    });
    rig.watch({}, { timing: { pageSize: 2 } });
    // At once: time stands still.
    await rig.synced();
    expect(rig.known('ServiceEntry')).toEqual(['shop/a', 'shop/b', 'shop/c']);
  });

  test('ask for less where a page is too large', async () => {
    const rig = await Rig.start();
    for (const name of ['a', 'b', 'c', 'd']) rig.entry(name);
    const source = rig.watch({}, { timing: { pageSize: 4, maxPageBytes: 1200 } });
    await rig.synced();
    expect(rig.known('ServiceEntry')).toHaveLength(4);
    const limits = rig.server.requestsFor('serviceentries', false).map(({ query }) => query.get('limit'));
    expect(limits).toEqual(['4', '2', '2']);
    expect(statusOf(source, 'ServiceEntry').errors).toBe(1);
  });

  test.each(['nonsense', '{', '{"items":[]}', '{"metadata":{"resourceVersion":"1"},"items":{}}', '[]', 'null'])(
    'that are %s are requested again',
    async (text) => {
      const rig = await Rig.start();
      rig.entry('a');
      rig.server.scripts.push(once('serviceentries', false, (_, response) => (response.end(text), true)));
      const source = rig.watch();
      await rig.resume(source, 'ServiceEntry');
      await rig.synced();
      expect(rig.known('ServiceEntry')).toEqual(['shop/a']);
    },
  );

  test('with objects that are none leave these out', async () => {
    const rig = await Rig.start();
    const items = [null, 7, 'x', {}, { metadata: 1 }, { metadata: { name: 5 } }, { metadata: { name: 'a' }, spec: 3 }];
    const body = JSON.stringify({ metadata: { resourceVersion: '100' }, items });
    rig.server.scripts.push(once('serviceentries', false, (_, response) => (response.end(body), true)));
    const source = rig.watch();
    await rig.synced();
    expect(rig.sink.objects.size).toBe(0);
    expect(statusOf(source, 'ServiceEntry').errors).toBe(6);
    expect(rig.sink.rejections).toHaveLength(1);
  });

  test('that stall are given up', async () => {
    const rig = await Rig.start();
    rig.entry('a');
    rig.server.scripts.push(once('serviceentries', false, (_, response) => response.write('{"items":[')));
    const source = rig.watch();
    await until(() => rig.server.requestsFor('serviceentries', false).length === 1);
    // The deadline is set anew when the head has come.
    await until(() => rig.server.requestsFor('workloadentries', true).length === 1);
    rig.clock.advance(60_000);
    await untilState(source, 'ServiceEntry', 'waiting');
    expect(rig.messages('warning').join()).toContain('ServiceEntry: nothing came for 30 s');
    rig.clock.advance(30_000);
    await rig.synced();
  });
});

describe('410 Gone', () => {
  test('of a watch relists as a difference', async () => {
    const rig = await Rig.start();
    for (const name of ['a', 'b', 'c']) rig.entry(name);
    const source = rig.watch();
    await rig.watching(source);
    const batches = rig.sink.batches.length;
    // While nobody watches a is changed, b goes and d comes.
    rig.server.scripts.push(
      once('serviceentries', true, (request, response) => {
        rig.entry('a', 'new.example.com');
        rig.server.delete('serviceentries', 'shop', 'b');
        rig.entry('d');
        return status(410)(request, response);
      }),
    );
    rig.endWatches('serviceentries');
    await rig.sink.untilHosts('shop', 'b', undefined);
    expect(rig.changesSince(batches).sort()).toEqual(['+shop/a', '+shop/d', '-shop/b']);
    expect(rig.known('ServiceEntry')).toEqual(['shop/a', 'shop/c', 'shop/d']);
    expect(statusOf(source, 'ServiceEntry')).toMatchObject({ relists: 1, isSynced: true });
    expect(rig.messages('warning')).toEqual([]);
  });

  test('of every watch is waited for from the second time on', async () => {
    const rig = await Rig.start();
    rig.entry('a');
    rig.server.scripts.push(once('serviceentries', true, status(410), 3));
    const source = rig.watch();
    for (let count = 2; count <= 3; count++) {
      await until(() => statusOf(source, 'ServiceEntry').errors === count);
      await rig.resume(source, 'ServiceEntry');
    }
    await rig.watching(source);
    expect(statusOf(source, 'ServiceEntry').relists).toBe(3);
  });

  test('is listed after at once, though the API server was away for long', async () => {
    const rig = await Rig.start();
    rig.entry('a');
    const source = rig.watch({}, { random: () => 0.999 });
    await rig.watching(source);
    let isAway = true;
    rig.server.scripts.push((request, response) => isAway && (status(503)(request, response), true));
    rig.endWatches('serviceentries');
    const errors = (): number => statusOf(source, 'ServiceEntry').errors;
    await until(() => (rig.clock.advance(20), errors() >= 6));
    isAway = false;
    rig.entry('b');
    rig.server.compact();
    const before = rig.server.requestsFor('serviceentries', true).length;
    await until(() => (rig.clock.advance(20), rig.server.requestsFor('serviceentries', true).length > before));
    // From here on time stands still.
    await rig.sink.untilHosts('shop', 'b', ['b.example.com']);
  });

  test('as an event relists too', async () => {
    const rig = await Rig.start();
    rig.entry('a');
    const source = rig.watch();
    await rig.watching(source);
    const object = { kind: 'Status', code: 410, message: 'too old resource version' };
    rig.server.write('serviceentries', `${JSON.stringify({ type: 'ERROR', object })}\n`);
    rig.entry('b');
    await rig.sink.untilHosts('shop', 'b', ['b.example.com']);
    expect(statusOf(source, 'ServiceEntry').relists).toBe(1);
  });
});

describe('an API server in trouble', () => {
  test('that says Retry-After is left alone for so long', async () => {
    const rig = await Rig.start();
    rig.entry('a');
    rig.server.scripts.push(once('serviceentries', false, status(429, { 'retry-after': '7' })));
    const source = rig.watch();
    await untilState(source, 'ServiceEntry', 'waiting');
    rig.clock.advance(6999);
    await until(() => rig.server.requestsFor('workloadentries', true).length === 1);
    expect(rig.server.requestsFor('serviceentries', false)).toHaveLength(1);
    rig.clock.advance(1);
    await rig.synced();
  });

  test.each([
    ['30 s', false, [0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30]],
    ['5 s before the first list', true, [0.8, 1.6, 3.2, 5, 5, 5, 5, 5]],
  ])('gets fewer and fewer requests, one in %s at the least', async (_, isFirst, expected) => {
    const rig = await Rig.start();
    const refuse = (): unknown => rig.server.scripts.push(once('serviceentries', false, status(500), 8));
    if (isFirst) refuse();
    const source = rig.watch({}, { random: () => 0.999_999, timing: { watchdogMs: 1e9 } });
    if (!isFirst) {
      await rig.watching(source);
      refuse();
      rig.server.scripts.push(once('serviceentries', true, status(410)));
      rig.endWatches('serviceentries');
    }
    const before = isFirst ? 0 : 1;
    const waits: number[] = [];
    for (let count = 1; count <= 8; count++) {
      await until(() => statusOf(source, 'ServiceEntry').errors === before + count);
      await untilState(source, 'ServiceEntry', 'waiting');
      const from = rig.clock.now();
      // Asks again within this time, or the wait below never ends.
      while (statusOf(source, 'ServiceEntry').state === 'waiting') {
        rig.clock.advance(100);
        await Promise.resolve();
        await Promise.resolve();
        await Promise.resolve();
      }
      waits.push(Math.round((rig.clock.now() - from) / 100) / 10);
    }
    expect(waits).toEqual(expected);
    await rig.synced();
  });

  test('is logged once and not at each attempt', async () => {
    const rig = await Rig.start();
    rig.server.scripts.push(once('serviceentries', false, status(500), 3));
    const source = rig.watch();
    for (let count = 1; count <= 3; count++) {
      await until(() => statusOf(source, 'ServiceEntry').errors === count);
      await rig.resume(source, 'ServiceEntry');
    }
    await rig.synced();
    expect(rig.messages('warning')).toHaveLength(1);
    expect(rig.messages('warning')[0]).toMatch(
      /^kubernetes\(.*\): ServiceEntry: 500 fault 500; trying again in 0\.4 s$/,
    );
    expect(rig.messages('info').filter((message) => message.includes('answers again'))).toHaveLength(1);
  });

  test('that resets connections in the middle of a line loses nothing', async () => {
    const rig = await Rig.start();
    rig.entry('a');
    const source = rig.watch();
    await rig.watching(source);
    const batches = rig.sink.batches.length;
    rig.server.write('serviceentries', '{"type":"MODIFIED","object":{"metadata":{"name":"a","na');
    rig.server.reset();
    await untilState(source, 'ServiceEntry', 'waiting');
    expect(rig.known('ServiceEntry')).toEqual(['shop/a']);
    rig.entry('b');
    await rig.resume(source, 'ServiceEntry');
    await rig.sink.untilHosts('shop', 'b', ['b.example.com']);
    expect(rig.changesSince(batches)).toEqual(['+shop/b']);
    expect(statusOf(source, 'ServiceEntry')).toMatchObject({ relists: 0, watchRestarts: 1 });
  });

  test('that ends a watch is watched again at once', async () => {
    const rig = await Rig.start();
    rig.entry('a');
    const source = rig.watch();
    await rig.watching(source);
    rig.endWatches('serviceentries');
    await until(() => rig.server.requestsFor('serviceentries', true).length === 2);
    rig.entry('b');
    await rig.sink.untilHosts('shop', 'b', ['b.example.com']);
    expect(statusOf(source, 'ServiceEntry')).toMatchObject({ watchRestarts: 1, errors: 0 });
  });

  test('that is silent for longer than its bookmarks allow is left', async () => {
    const rig = await Rig.start();
    rig.entry('a');
    const source = rig.watch();
    await rig.watching(source);
    for (let minutes = 0; minutes < 5; minutes++) {
      rig.clock.advance(75_000);
      const seen = rig.clock.wall();
      rig.server.bookmark();
      for (const kind of ['ServiceEntry', 'WorkloadEntry']) {
        await until(() => statusOf(source, kind).lastBookmarkMs === seen);
      }
    }
    expect(rig.server.requestsFor('serviceentries', true)).toHaveLength(1);
    rig.clock.advance(90_000);
    await until(() => rig.server.requestsFor('serviceentries', true).length === 2);
    // A quiet cluster is no fault.
    expect(rig.messages('warning')).toEqual([]);
    expect(rig.messages('info').join()).toContain('ServiceEntry: nothing came for 90 s; the watch is opened again');
    expect(rig.known('ServiceEntry')).toEqual(['shop/a']);
    expect(statusOf(source, 'ServiceEntry')).toMatchObject({ errors: 0, trouble: '' });
  });

  test('that accepts connections and says nothing is left after 30 s', async () => {
    const rig = await Rig.start();
    rig.entry('a');
    rig.server.scripts.push(once('serviceentries', false, () => true));
    const source = rig.watch();
    await until(() => rig.server.requestsFor('serviceentries', false).length === 1);
    rig.clock.advance(30_000);
    await rig.resume(source, 'ServiceEntry');
    await rig.synced();
  });
});

describe('streams that make no sense', () => {
  test.each([
    ['no JSON', 'nonsense\n'],
    ['no event', '[1]\n'],
    ['an unknown event', '{"type":"SNEEZE","object":{"metadata":{"resourceVersion":"1"}}}\n'],
    ['no resourceVersion', '{"type":"ADDED","object":{"metadata":{"name":"x"}}}\n'],
    ['a line without end', 'x'.repeat(5000)],
  ])('%s: the watch is opened again, and after three times all is listed', async (_, text) => {
    const rig = await Rig.start();
    rig.entry('a');
    const source = rig.watch({}, { timing: { maxLineBytes: 4000 } });
    await rig.watching(source);
    for (let count = 1; count <= 3; count++) {
      await rig.watching(source);
      rig.server.write('serviceentries', text);
      await until(() => statusOf(source, 'ServiceEntry').errors === count);
      await rig.resume(source, 'ServiceEntry');
    }
    await until(() => statusOf(source, 'ServiceEntry').relists === 1);
    rig.entry('b');
    await rig.sink.untilHosts('shop', 'b', ['b.example.com']);
    expect(rig.known('ServiceEntry')).toEqual(['shop/a', 'shop/b']);
  });
});

describe('objects of one name', () => {
  test('the end of the one before takes nothing from the one after', async () => {
    const rig = await Rig.start();
    rig.entry('a');
    const source = rig.watch();
    await rig.watching(source);
    const old = { metadata: { namespace: 'shop', name: 'a', uid: 'older', resourceVersion: '900' } };
    rig.server.write('serviceentries', `${JSON.stringify({ type: 'DELETED', object: old })}\n`);
    rig.entry('b');
    await rig.sink.untilHosts('shop', 'b', ['b.example.com']);
    expect(rig.known('ServiceEntry')).toEqual(['shop/a', 'shop/b']);
  });

  test('a new one is applied whole, with nothing of the old one', async () => {
    const rig = await Rig.start();
    rig.entry('a', 'old.example.com');
    const source = rig.watch();
    await rig.watching(source);
    const batches = rig.sink.batches.length;
    rig.server.scripts.push(
      once('serviceentries', true, (request, response) => {
        rig.server.delete('serviceentries', 'shop', 'a');
        rig.entry('a', 'new.example.com');
        return status(410)(request, response);
      }),
    );
    rig.endWatches('serviceentries');
    await rig.sink.untilHosts('shop', 'a', ['new.example.com']);
    expect(rig.changesSince(batches)).toEqual(['+shop/a']);
    rig.server.delete('serviceentries', 'shop', 'a');
    await rig.sink.untilHosts('shop', 'a', undefined);
  });

  test('a version that can mean nothing is taken out and reported, until a better one comes', async () => {
    const rig = await Rig.start();
    rig.entry('a');
    const source = rig.watch();
    await rig.watching(source);
    rig.entry('a', '');
    await rig.sink.untilHosts('shop', 'a', undefined);
    await rig.sink.until(() => rig.sink.rejections.length > 0);
    expect(rig.sink.rejections[0]).toMatchObject({ object: 'ServiceEntry shop/a', field: 'spec.hosts[0]' });
    expect(rig.messages('warning').join()).toContain('ServiceEntry shop/a: spec.hosts[0]');
    rig.entry('a');
    await rig.sink.untilHosts('shop', 'a', ['a.example.com']);
    expect(rig.sink.rejections).toEqual([]);
    expect(rig.messages('info').join()).toContain('ServiceEntry shop/a: fine again');
  });
});

describe('definitions that are not installed', () => {
  const istio = 'apis/networking.istio.io';

  test('count as empty, and are tried again', async () => {
    const rig = await Rig.start();
    rig.entry('a');
    rig.server.installed.delete(`${istio}/v1/workloadentries`);
    const source = rig.watch();
    await rig.synced();
    expect(rig.known('ServiceEntry')).toEqual(['shop/a']);
    expect(statusOf(source, 'WorkloadEntry')).toMatchObject({ state: 'absent', isSynced: true });
    rig.clock.advance(10_000);
    await until(() => rig.server.requestsFor('workloadentries', false).length === 6);
    await untilState(source, 'WorkloadEntry', 'absent');
    expect(rig.messages('warning').filter((message) => message.includes('not installed'))).toHaveLength(1);

    rig.server.installed.add(`${istio}/v1/workloadentries`);
    const spec = { address: '10.0.0.1' };
    rig.server.put('workloadentries', { metadata: { namespace: 'shop', name: 'w' }, spec });
    await until(() => {
      rig.clock.advance(100);
      return rig.known('WorkloadEntry').length === 1;
    });
    await until(() => statusOf(source, 'WorkloadEntry').state === 'watching');
  });

  test('of an older Istio are read in its version', async () => {
    const rig = await Rig.start();
    rig.server.installed.clear();
    for (const plural of ['serviceentries', 'workloadentries']) rig.server.installed.add(`${istio}/v1alpha3/${plural}`);
    rig.entry('a');
    const source = rig.watch();
    await rig.watching(source);
    expect(rig.known('ServiceEntry')).toEqual(['shop/a']);
  });

  test('take their objects along only when that is said twice', async () => {
    const rig = await Rig.start();
    rig.entry('a');
    const source = rig.watch();
    await rig.watching(source);
    rig.server.installed.delete(`${istio}/v1/serviceentries`);
    rig.endWatches('serviceentries');
    await untilState(source, 'ServiceEntry', 'absent');
    expect(rig.known('ServiceEntry')).toEqual(['shop/a']);
    rig.clock.advance(10_000);
    await rig.sink.untilHosts('shop', 'a', undefined);
    expect(statusOf(source, 'ServiceEntry').isSynced).toBe(true);
  });
});

describe('permissions', () => {
  test.each([
    ['Pod', 'pods'],
    ['WorkloadEntry', 'workloadentries'],
  ])('%s that may not be read are done without, until they may', async (kind, plural) => {
    const rig = await Rig.start();
    rig.entry('a');
    rig.pod('p', 'shop', '10.0.0.1');
    rig.server.put('workloadentries', { metadata: { namespace: 'shop', name: 'w' }, spec: { address: '10.0.0.2' } });
    rig.server.scripts.push(once(plural, false, status(403), 2));
    const source = rig.watch({ pods: 'on' });
    await rig.synced();
    expect(statusOf(source, kind)).toMatchObject({ state: 'forbidden', isSynced: true });
    rig.clock.advance(30_000);
    await until(() => statusOf(source, kind).errors === 2);
    await untilState(source, kind, 'forbidden');
    expect(rig.messages('warning').filter((message) => message.includes('may not be read'))).toHaveLength(1);
    rig.clock.advance(30_000);
    await until(() => rig.known(kind).length === 1);
  });

  test('ServiceEntries that may not be read are waited for', async () => {
    const rig = await Rig.start();
    rig.entry('a');
    rig.server.scripts.push(once('serviceentries', false, status(403)));
    const source = rig.watch();
    await untilState(source, 'ServiceEntry', 'forbidden');
    await untilState(source, 'WorkloadEntry', 'watching');
    expect(rig.sink.syncedCount).toBe(0);
    expect(statusOf(source, 'ServiceEntry').isSynced).toBe(false);
    rig.clock.advance(400);
    await rig.synced();
  });

  test('that are revoked take nothing away', async () => {
    const rig = await Rig.start();
    rig.entry('a');
    const source = rig.watch();
    await rig.watching(source);
    rig.server.scripts.push(once('serviceentries', true, status(403)));
    rig.endWatches('serviceentries');
    await untilState(source, 'ServiceEntry', 'forbidden');
    expect(rig.known('ServiceEntry')).toEqual(['shop/a']);
    expect(statusOf(source, 'ServiceEntry').isSynced).toBe(true);
    rig.entry('b');
    rig.clock.advance(400);
    await rig.sink.untilHosts('shop', 'b', ['b.example.com']);
  });

  test('a token that was refused is read anew', async () => {
    const rig = await Rig.start(true);
    rig.entry('a');
    const file = rig.kubeconfig({ 'auth-provider': { name: 'file', config: { tokenFile: 'token' } } });
    const tokenFile = join(dirname(file), 'token');
    writeFileSync(tokenFile, 'first\n');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"token"', JSON.stringify(tokenFile)));
    let valid = 'first';
    rig.server.scripts.push((request, response) => {
      return request.authorization !== `Bearer ${valid}` && status(401)(request, response);
    });
    const source = rig.watch({ clusters: [{ kind: 'kubeconfig', file, context: undefined }] });
    expect(source.name).toBe('kubernetes(east)');
    await rig.watching(source);
    valid = 'second';
    rig.endWatches('serviceentries');
    await untilState(source, 'ServiceEntry', 'waiting');
    writeFileSync(tokenFile, 'second');
    await rig.resume(source, 'ServiceEntry');
    rig.entry('b');
    await rig.sink.untilHosts('shop', 'b', ['b.example.com']);
  });
});

describe('clusters that cannot be reached', () => {
  test('a kubeconfig that comes later is read then', async () => {
    const rig = await Rig.start();
    rig.entry('a');
    const directory = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, 'config');
    const source = rig.watch({ clusters: [{ kind: 'kubeconfig', file, context: 'east' }] });
    await untilState(source, 'ServiceEntry', 'waiting');
    expect(rig.messages('warning').join()).toContain('no such file');
    const context = { name: 'east', context: { cluster: 'c', user: 'u' } };
    writeFileSync(
      file,
      JSON.stringify({
        clusters: [{ name: 'c', cluster: { server: rig.server.url } }],
        users: [{ name: 'u', user: {} }],
        contexts: [context],
      }),
    );
    await until(() => {
      rig.clock.advance(20);
      return rig.sink.syncedCount === 1;
    });
    expect(rig.known('ServiceEntry')).toEqual(['shop/a']);
  });
});
