import { describe, expect, onTestFinished, test } from 'vitest';
import { keyOf as keyOfName, objectKey, type RegistryObject } from '../../../src/registry/model/object.ts';
import type { Rejection } from '../../../src/registry/model/rejection.ts';
import type { Change, Sink, Source } from '../../../src/registry/sources/source.ts';

/** What the suite needs of an object; `hosts` is what it changes. */
export interface TestObject {
  readonly namespace: string;
  readonly name: string;
  readonly hosts: readonly string[];
}

/** An origin that a test can write to. */
export interface SourceHarness {
  /** A new source of this origin, not started. */
  makeSource(): Source;
  /** Returns once the origin holds the object; the source may hear of it later. */
  create(object: TestObject): Promise<void>;
  update(object: TestObject): Promise<void>;
  delete(object: TestObject): Promise<void>;
  /** Writes the object again as it is, in a way that the source notices. */
  touch(object: TestObject): Promise<void>;
  /** Adds an object that can mean nothing. */
  createBad(namespace: string, name: string): Promise<void>;
  close(): Promise<void>;
}

/** The manifest of a ServiceEntry that every source can serve. */
export function manifestOf({ namespace, name, hosts }: TestObject): Record<string, unknown> {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { namespace, name, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: {
      hosts,
      addresses: ['192.0.2.1'],
      ports: [{ number: 443, name: 'tls', protocol: 'TLS' }],
      resolution: 'NONE',
    },
  };
}

/** A sink that keeps what it is told, checks the contract, and lets a test wait until it knows something. */
export class RecordingSink implements Sink {
  readonly objects = new Map<string, RegistryObject>();
  readonly batches: (readonly Change[])[] = [];
  readonly lists: (readonly Rejection[])[] = [];
  syncedCount = 0;
  calls = 0;
  readonly #waiting = new Set<() => void>();

  apply(changes: Iterable<Change>): void {
    const batch: Change[] = [];
    this.batches.push(batch);
    const keys = new Set<string>();
    for (const change of changes) {
      batch.push(change);
      const key = keyOf(change);
      expect(keys.has(key), `${key} is once in the batch`).toBe(false);
      keys.add(key);
      if (change.type === 'upsert') this.objects.set(key, change.object);
      else expect(this.objects.delete(key), `${key} is deleted, so it was known`).toBe(true);
    }
    this.#told();
  }

  get(key: string): RegistryObject | undefined {
    return this.objects.get(key);
  }

  rejected(rejections: readonly Rejection[]): void {
    expect(rejections, 'another list than before').not.toEqual(this.rejections);
    this.lists.push(rejections);
    this.#told();
  }

  synced(): void {
    this.syncedCount++;
    this.#told();
  }

  get rejections(): readonly Rejection[] {
    return this.lists.at(-1) ?? [];
  }

  /** Host lists by `namespace/name`. */
  get hosts(): Record<string, readonly string[]> {
    const entries = [...this.objects.values()].filter((object) => object.kind === 'ServiceEntry');
    return Object.fromEntries(
      entries.map((object) => [`${object.meta.namespace}/${object.meta.name}`, object.hosts] as const).sort(),
    );
  }

  /** Resolves when the condition holds; it is looked at after every call of the source. The test's limit is the limit. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  untilHosts(namespace: string, name: string, hosts: readonly string[] | undefined): Promise<void> {
    return this.until(() => JSON.stringify(this.hosts[`${namespace}/${name}`]) === JSON.stringify(hosts));
  }

  #told(): void {
    this.calls++;
    for (const look of [...this.#waiting]) look();
  }
}

function keyOf(change: Change): string {
  if (change.type === 'upsert') return objectKey(change.object);
  return keyOfName(change.kind, change.namespace, change.name, change.cluster);
}

const a: TestObject = { namespace: 'shop', name: 'a', hosts: ['a.example.com'] };
const b: TestObject = { namespace: 'shop', name: 'b', hosts: ['b.example.com', 'b2.example.com'] };
const marker: TestObject = { namespace: 'zz', name: 'marker', hosts: ['marker.example.com'] };

/** What every source must do, whatever its origin is. */
export function describeSource(name: string, makeHarness: () => Promise<SourceHarness>): void {
  async function origin(...objects: TestObject[]): Promise<SourceHarness> {
    const harness = await makeHarness();
    onTestFinished(() => harness.close());
    for (const object of objects) await harness.create(object);
    return harness;
  }

  async function started(harness: SourceHarness): Promise<{ source: Source; sink: RecordingSink }> {
    const source = harness.makeSource();
    const sink = new RecordingSink();
    source.start(sink);
    onTestFinished(() => source.stop());
    await sink.until(() => sink.syncedCount > 0);
    return { source, sink };
  }

  describe(`${name} as a source`, () => {
    test('knows what exists when it is synced', async () => {
      const { sink } = await started(await origin(a, b));
      expect(sink.hosts).toEqual({ 'shop/a': a.hosts, 'shop/b': b.hosts });
    });

    test('is synced with nothing', async () => {
      const { sink } = await started(await origin());
      expect(sink.objects.size).toBe(0);
      expect(sink.syncedCount).toBe(1);
    });

    test('tells of an object that is created', async () => {
      const harness = await origin(a);
      const { sink } = await started(harness);
      await harness.create(b);
      await sink.untilHosts('shop', 'b', b.hosts);
      expect(sink.hosts).toEqual({ 'shop/a': a.hosts, 'shop/b': b.hosts });
      expect(sink.syncedCount).toBe(1);
    });

    test('tells of an object that is changed, and of no other', async () => {
      const harness = await origin(a, b);
      const { sink } = await started(harness);
      const batches = sink.batches.length;
      await harness.update({ ...a, hosts: ['new.example.com'] });
      await sink.untilHosts('shop', 'a', ['new.example.com']);
      const changes = sink.batches.slice(batches).flat();
      expect(changes.map(keyOf)).toEqual(['ServiceEntry/shop/a']);
    });

    test('tells of an object that is deleted', async () => {
      const harness = await origin(a, b);
      const { sink } = await started(harness);
      await harness.delete(a);
      await sink.untilHosts('shop', 'a', undefined);
      expect(sink.hosts).toEqual({ 'shop/b': b.hosts });
    });

    test('serves the new one when an object is deleted and created again by the same name', async () => {
      const harness = await origin(a);
      const { sink } = await started(harness);
      await harness.delete(a);
      await harness.create({ ...a, hosts: ['again.example.com'] });
      await sink.untilHosts('shop', 'a', ['again.example.com']);
      await harness.delete(a);
      await sink.untilHosts('shop', 'a', undefined);
      await harness.create(a);
      await sink.untilHosts('shop', 'a', a.hosts);
    });

    test('says nothing of an object that is written again as it was', async () => {
      const harness = await origin(a, b);
      const { sink } = await started(harness);
      const batches = sink.batches.length;
      await harness.touch(a);
      await harness.create(marker);
      await sink.untilHosts('zz', 'marker', marker.hosts);
      expect(sink.batches.slice(batches).flat().map(keyOf)).toEqual(['ServiceEntry/zz/marker']);
    });

    test('reports a bad object and serves the others', async () => {
      const harness = await origin(a);
      await harness.createBad('shop', 'bad');
      const { sink } = await started(harness);
      await sink.until(() => sink.rejections.length > 0);
      expect(sink.hosts).toEqual({ 'shop/a': a.hosts });
      expect(sink.rejections.some(({ object }) => object === 'ServiceEntry shop/bad')).toBe(true);
      await harness.create(b);
      await sink.untilHosts('shop', 'b', b.hosts);
      await harness.delete({ namespace: 'shop', name: 'bad', hosts: [] });
      await sink.until(() => sink.rejections.length === 0);
    });

    test('comes to the same state in whatever order things happen', async () => {
      const one = await origin(a, b);
      const other = await origin(b);
      const [left, right] = [await started(one), await started(other)];
      await one.delete(b);
      await one.create(marker);
      await other.create(marker);
      await other.create(a);
      await other.delete(b);
      for (const { sink } of [left, right])
        await sink.until(() => Object.keys(sink.hosts).join(' ') === 'shop/a zz/marker');
      expect(left.sink.hosts).toEqual(right.sink.hosts);
    });

    test('knows many objects', async () => {
      const many = Array.from({ length: 500 }, (_, index) => ({
        namespace: `ns-${index % 7}`,
        name: `se-${index}`,
        hosts: [`h${index}.example.com`],
      }));
      const harness = await origin(...many);
      const { sink } = await started(harness);
      expect(sink.objects.size).toBe(500);
      await harness.delete(many[250]!);
      await sink.until(() => sink.objects.size === 499);
    });

    test('says nothing more once it is stopped', async () => {
      const harness = await origin(a);
      const { source, sink } = await started(harness);
      await source.stop();
      const { calls } = sink;
      await harness.create(b);
      const { sink: witness } = await started(harness);
      await harness.delete(a);
      await witness.untilHosts('shop', 'a', undefined);
      expect(witness.hosts).toEqual({ 'shop/b': b.hosts });
      expect(sink.calls).toBe(calls);
    });
  });
}
