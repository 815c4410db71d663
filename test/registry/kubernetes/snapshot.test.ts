import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readSnapshot, writeSnapshot, type Snapshot } from '../../../src/registry/kubernetes/snapshot.ts';
import { sendStatus } from '../../support/fake-api-server.ts';
import { pod, serviceEntry } from '../harness.ts';
import { RecordingSink } from '../source-conformance.ts';
import { Rig, until } from './support.ts';

function place(): string {
  const directory = mkdtempSync(join(tmpdir(), 'snapshot-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return join(directory, 'state');
}

const sample: Snapshot = {
  key: 'k',
  savedMs: 5,
  clusters: [
    {
      name: 'east',
      namespaces: ['a'],
      objects: [
        { uid: '1', object: serviceEntry('a/x', { selector: new Map([['app', 'x']]), created: 3 }) },
        { uid: '2', object: pod('a/p', ['10.0.0.1'], { app: 'x' }) },
      ],
    },
    { name: 'west', namespaces: [], objects: [] },
  ],
};

describe('the text of a snapshot', () => {
  test('comes back as it was, with maps and what is undefined', () => {
    expect(readSnapshot([...writeSnapshot(sample)].join(''))).toStrictEqual(sample);
  });

  test('is not taken where one character is another, or missing', () => {
    const text = [...writeSnapshot(sample)].join('');
    for (let at = 0; at < text.length; at++) {
      const other = text[at] === '0' ? '1' : '0';
      expect(readSnapshot(text.slice(0, at) + other + text.slice(at + 1))).toBeUndefined();
      expect(readSnapshot(text.slice(0, at))).toBeUndefined();
    }
  });
});

describe('a snapshot', () => {
  /** A source that was up and wrote what it knew. */
  async function written(): Promise<{ rig: Rig; snapshot: string }> {
    const rig = await Rig.start();
    const snapshot = place();
    for (const name of ['a', 'b']) rig.entry(name);
    const source = rig.watch({ snapshot });
    await rig.watching(source);
    expect(existsSync(snapshot)).toBe(false);
    rig.clock.advance(5000);
    await until(() => existsSync(snapshot));
    await source.stop();
    return { rig, snapshot };
  }

  test('is served when the API server does not answer, says its age, and is replaced by the difference', async () => {
    const { rig, snapshot } = await written();
    rig.clock.advance(600_000);
    let isDown = true;
    rig.server.scripts.push((_, response) => isDown && (sendStatus(response, 500, 'down'), true));
    const sink = new RecordingSink();
    const again = rig.make({ snapshot });
    again.start(sink);
    await sink.until(() => sink.syncedCount === 1);
    expect(Object.keys(sink.hosts)).toEqual(['shop/a', 'shop/b']);
    expect(rig.messages('warning').join()).toMatch(/the snapshot is served, 10 min old/);
    expect(again.status().some(({ isSynced }) => isSynced)).toBe(false);

    rig.server.delete('serviceentries', 'shop', 'b');
    rig.entry('c');
    isDown = false;
    const before = sink.batches.length;
    await until(() => {
      rig.clock.advance(20);
      return Object.keys(sink.hosts).join() === 'shop/a,shop/c';
    });
    expect(sink.batches.slice(before).flat()).toHaveLength(2);
    expect(sink.syncedCount).toBe(1);
  });

  test('is served after a second where the API server says nothing at all', async () => {
    const { rig, snapshot } = await written();
    rig.server.scripts.push(() => true);
    const sink = new RecordingSink();
    rig.make({ snapshot }).start(sink);
    expect(sink.syncedCount).toBe(0);
    rig.clock.advance(1000);
    expect(sink.syncedCount).toBe(1);
    expect(Object.keys(sink.hosts)).toEqual(['shop/a', 'shop/b']);
  });

  test('is no news where the API server answers', async () => {
    const { rig, snapshot } = await written();
    const sink = new RecordingSink();
    const again = rig.make({ snapshot });
    again.start(sink);
    await sink.until(() => sink.syncedCount === 1);
    expect(sink.batches).toHaveLength(1);
    expect(rig.messages('warning')).toEqual([]);
  });

  test('that is not whole is moved aside and reported', async () => {
    const { rig, snapshot } = await written();
    const text = readFileSync(snapshot, 'utf8').replace('a.example.com', 'e.example.com');
    writeFileSync(snapshot, text);
    const sink = new RecordingSink();
    rig.make({ snapshot }).start(sink);
    expect(sink.batches).toEqual([]);
    expect(existsSync(snapshot)).toBe(false);
    expect(readFileSync(`${snapshot}.corrupt`, 'utf8')).toBe(text);
    expect(rig.messages('error')).toHaveLength(1);
    await sink.until(() => sink.syncedCount === 1);
  });

  test('of another configuration is not served', async () => {
    const { rig, snapshot } = await written();
    rig.server.scripts.push(() => true);
    const sink = new RecordingSink();
    rig.make({ snapshot, labels: 'app=x' }).start(sink);
    rig.clock.advance(1000);
    expect(sink.calls).toBe(0);
  });

  test('is never written by one who only looks', async () => {
    const rig = await Rig.start();
    const snapshot = place();
    rig.entry('a');
    const source = rig.watch({ snapshot }, { isReadOnly: true });
    await rig.watching(source);
    rig.clock.advance(20_000);
    await source.stop();
    expect(existsSync(snapshot)).toBe(false);
  });

  test('is written at the end, with what changed since', async () => {
    const { rig, snapshot } = await written();
    const source = rig.make({ snapshot });
    const sink = new RecordingSink();
    source.start(sink);
    await sink.until(() => sink.syncedCount === 1);
    rig.entry('c');
    await sink.untilHosts('shop', 'c', ['c.example.com']);
    await source.stop();
    expect(readSnapshot(readFileSync(snapshot, 'utf8'))!.clusters[0]!.objects).toHaveLength(3);
  });
});
