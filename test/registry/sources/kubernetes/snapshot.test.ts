import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  isWhole,
  readSnapshot,
  writeSnapshot,
  type Snapshot,
  type SnapshotBytes,
  type SnapshotLine,
} from '../../../../src/registry/sources/kubernetes/snapshot.ts';
import { sendStatus } from '../../../support/fake-api-server.ts';
import { pod, serviceEntry } from '../../harness.ts';
import { RecordingSink } from '../source-conformance.ts';
import { Rig, until } from './support.ts';

function place(): string {
  const directory = mkdtempSync(join(tmpdir(), 'snapshot-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
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

function bytesOf(text: string): SnapshotBytes {
  const bytes = Buffer.from(text);
  const read = (position: number, length: number) => Promise.resolve(bytes.subarray(position, position + length));
  return { size: bytes.length, read };
}

async function linesOf(text: string): Promise<SnapshotLine[]> {
  const lines: SnapshotLine[] = [];
  for await (const some of readSnapshot(bytesOf(text))) lines.push(...some);
  return lines;
}

describe('the text of a snapshot', () => {
  test('comes back as it was, with maps and what is undefined', async () => {
    const text = [...writeSnapshot(sample)].join('');
    expect(await isWhole(bytesOf(text))).toBe(true);
    const [head, ...lines] = await linesOf(text);
    expect(head).toMatchObject({ key: 'k', savedMs: 5 });
    const [east, west] = sample.clusters;
    expect(lines).toStrictEqual([
      { cluster: 'east', namespaces: ['a'] },
      ...east!.objects,
      { cluster: 'west', namespaces: [] },
      ...west!.objects,
    ]);
  });

  test('comes back where it is longer than what is read at a time', async () => {
    const objects = Array.from({ length: 2000 }, (_, i) => ({ uid: `${i}`, object: serviceEntry(`a/x${i}`, {}) }));
    const text = [...writeSnapshot({ ...sample, clusters: [{ name: 'east', namespaces: [], objects }] })].join('');
    expect(text.length).toBeGreaterThan(512 * 1024);
    expect(await isWhole(bytesOf(text))).toBe(true);
    expect((await linesOf(text)).slice(2)).toStrictEqual(objects);
  });

  test('is not taken where one character is another, or missing', async () => {
    const text = [...writeSnapshot(sample)].join('');
    for (let at = 0; at < text.length; at++) {
      const other = text[at] === '0' ? '1' : '0';
      expect(await isWhole(bytesOf(text.slice(0, at) + other + text.slice(at + 1)))).toBe(false);
      expect(await isWhole(bytesOf(text.slice(0, at)))).toBe(false);
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
    const before = rig.server.requests.length;
    rig.make({ snapshot }).start(sink);
    await until(() => rig.server.requests.length > before);
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
    await until(() => !existsSync(snapshot));
    expect(sink.batches).toEqual([]);
    expect(readFileSync(`${snapshot}.corrupt`, 'utf8')).toBe(text);
    expect(rig.messages('error')).toHaveLength(1);
    await sink.until(() => sink.syncedCount === 1);
  });

  test('of another configuration is not served', async () => {
    const { rig, snapshot } = await written();
    rig.server.scripts.push(() => true);
    const sink = new RecordingSink();
    const before = rig.server.requests.length;
    rig.make({ snapshot, labels: 'app=x' }).start(sink);
    await until(() => rig.server.requests.length > before);
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
    expect((await linesOf(readFileSync(snapshot, 'utf8'))).filter((line) => 'uid' in line)).toHaveLength(3);
  });
});

describe('a snapshot that cannot be written', () => {
  const faults: Readonly<
    Record<string, { break: (path: string) => void; repair: (path: string) => void; text: string }>
  > = {
    'because there is no directory': {
      break: (path) => rmSync(dirname(path), { recursive: true }),
      repair: (path) => mkdirSync(dirname(path)),
      text: 'ENOENT',
    },
    'because something else has its name': {
      break: (path) => mkdirSync(join(path, 'x'), { recursive: true }),
      repair: (path) => rmSync(path, { recursive: true }),
      text: 'EISDIR',
    },
    'because the disk is full': {
      break: (path) => symlinkSync('/dev/full', `${path}.tmp`),
      // The link is gone with the file that it stood for.
      repair: () => undefined,
      text: 'ENOSPC',
    },
  };

  test.each(Object.entries(faults))('%s is written later, and leaves nothing', async (_, fault) => {
    const rig = await Rig.start();
    const snapshot = place();
    rig.entry('a');
    const source = rig.watch({ snapshot });
    await rig.watching(source);
    fault.break(snapshot);
    rig.clock.advance(5000);
    await until(() => source.snapshot()!.errors === 1);
    expect(source.snapshot()).toMatchObject({ isFailing: true, writtenMs: undefined });
    expect(rig.messages('warning')).toHaveLength(1);
    expect(rig.messages('warning')[0]).toContain(`snapshot ${snapshot} cannot be written: ${fault.text}`);
    const names = existsSync(dirname(snapshot)) ? readdirSync(dirname(snapshot)) : [];
    expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);

    fault.repair(snapshot);
    // Nothing has changed since, and no more often than after a back-off.
    await until(() => rig.clock.pending > 0);
    await until(() => (rig.clock.advance(100), existsSync(snapshot)));
    await until(() => !source.snapshot()!.isFailing);
    expect(rig.messages('info').join()).toContain(`snapshot ${snapshot} is written again`);
    expect(rig.messages('warning')).toHaveLength(1);
    expect(readdirSync(dirname(snapshot))).toEqual(['state']);
  });

  test('is tried less and less often, and said once', async () => {
    const rig = await Rig.start();
    const snapshot = join(place(), 'missing', 'state');
    rig.entry('a');
    const source = rig.watch({ snapshot }, { random: () => 0.999, timing: { watchdogMs: 1e9 } });
    await rig.watching(source);
    const at: number[] = [];
    // Two watches have a timer each.
    const others = 2;
    for (let count = 1; count <= 9; count++) {
      await until(() => rig.clock.pending > others);
      while (rig.clock.pending > others) rig.clock.advance(100);
      at.push(rig.clock.now());
      await until(() => source.snapshot()!.errors === count);
    }
    const waits = at.slice(1).map((time, index) => Math.round((time - at[index]!) / 5000));
    expect(waits.slice(0, 3)).toEqual([2, 3, 5]);
    expect(waits.at(-1)).toBe(61);
    expect(rig.messages('warning')).toHaveLength(1);
  });

  test('is written at the end, with what the last try was about', async () => {
    const rig = await Rig.start();
    const snapshot = place();
    rig.entry('a');
    const source = rig.watch({ snapshot });
    await rig.watching(source);
    rmSync(dirname(snapshot), { recursive: true });
    rig.clock.advance(5000);
    await until(() => source.snapshot()!.errors === 1);
    mkdirSync(dirname(snapshot));
    await source.stop();
    expect((await linesOf(readFileSync(snapshot, 'utf8'))).filter((line) => 'uid' in line)).toHaveLength(1);
    rig.clock.advance(3_600_000);
    expect(rig.clock.pending).toBe(0);
  });
});
