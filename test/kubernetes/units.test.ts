import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BadStreamError } from '../../src/kubernetes/api-client.ts';
import { Backoff } from '../../src/kubernetes/backoff.ts';
import { clusterNames } from '../../src/registry/sources/kubernetes/cluster-name.ts';
import { badRequirement } from '../../src/kubernetes/label-selector.ts';
import { LineSplitter } from '../../src/kubernetes/lines.ts';
import { parseJson, readEvent } from '../../src/kubernetes/messages.ts';
import { ObjectSet } from '../../src/registry/sources/kubernetes/object-set.ts';
import { podScopes } from '../../src/registry/sources/kubernetes/pod-scopes.ts';
import type { Change } from '../../src/registry/sources/source.ts';
import { manifestOf, RecordingSink } from '../registry/sources/source-conformance.ts';

describe('lines', () => {
  test('are the same however the stream is cut', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\n', ''));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(30)), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((each) => `${each}\n`).join(''));
        const splitter = new LineSplitter(1000);
        const found: string[] = [];
        let start = 0;
        for (const cut of [...cuts, bytes.length]) {
          const chunk = Buffer.from(bytes.subarray(start, start + cut));
          found.push(...splitter.push(chunk));
          // What is kept must not be a window into what the socket writes over.
          chunk.fill(0);
          start += cut;
        }
        expect(found).toEqual(lines.filter((each) => each !== ''));
      }),
    );
  });

  test('that are too long end it, wherever they are cut', () => {
    const splitter = new LineSplitter(10);
    expect([...splitter.push(Buffer.from('0123456789\n01234'))]).toEqual(['0123456789']);
    expect(() => [...splitter.push(Buffer.from('567890'))]).toThrow(BadStreamError);
  });
});

test('back-off grows from 0.8 s to 30 s, with full jitter, and begins anew after two quiet minutes', () => {
  const waits = (random: number): number[] => {
    const backoff = new Backoff(800, 30_000, 120_000, () => random);
    return [0, 0, 0, 0, 0, 0, 0, 120_001].map((now) => backoff.next(now));
  };
  expect(waits(1)).toEqual([800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 800]);
  expect(waits(0.5)).toEqual([400, 800, 1600, 3200, 6400, 12_800, 15_000, 400]);
  expect(waits(0).every((wait) => wait === 0)).toBe(true);
});

describe('events', () => {
  test('are read or refused, whatever they are', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), fc.anything(), (text, value) => {
        for (const read of [() => readEvent(parseJson(text)), () => readEvent({ type: 'ADDED', object: value })]) {
          try {
            expect(read().type).toMatch(/^[A-Z]+$/);
          } catch (error) {
            expect(error).toBeInstanceOf(BadStreamError);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('that are errors carry what a Status says', () => {
    const object = { kind: 'Status', code: 429, message: 'slow\ndown', details: { retryAfterSeconds: 3 } };
    const expected = { type: 'ERROR', status: 429, message: 'slow down', retryAfterMs: 3000 };
    expect(readEvent({ type: 'ERROR', object })).toEqual(expected);
    expect(readEvent({ type: 'ERROR', object: { code: 'x' } })).toMatchObject({ status: 500 });
  });
});

test('label selectors', () => {
  const good = 'a,a=b,a==b,a!=b,!a,x.io/a=b,a in (b),a in (b, c),a notin (b,c),a=,n>5,n<5'.split(/,(?![^(]*\))/);
  for (const text of [...good, 'a=b,c in (d,e),!f']) expect(badRequirement(text), text).toBeUndefined();
  for (const text of ['', 'a b', 'a=(b)', 'a in b', 'a in (b', '=b', 'a=b=c', '-a', 'a/b/c', 'a,', 'n>x']) {
    expect(badRequirement(text), text).toBeDefined();
  }
});

test('scopes of Pods', () => {
  const many = Array.from({ length: 17 }, (_, index) => `n${index}`);
  const demand = (everywhere: boolean, ...namespaces: string[]) => ({ everywhere, namespaces: new Set(namespaces) });
  expect(podScopes('off', [], demand(true))).toEqual(new Set());
  expect(podScopes('on', [], demand(false))).toBe('all');
  expect(podScopes('on', ['a'], demand(false))).toEqual(new Set(['a']));
  expect(podScopes('auto', [], demand(false))).toEqual(new Set());
  expect(podScopes('auto', [], demand(false, 'a'))).toEqual(new Set(['a']));
  expect(podScopes('auto', ['b', 'c'], demand(false, 'a', 'b'))).toEqual(new Set(['b']));
  expect(podScopes('auto', ['b', 'c'], demand(true, 'a'))).toEqual(new Set(['b', 'c']));
  expect(podScopes('auto', [], demand(true, 'a'))).toBe('all');
  expect(podScopes('auto', [], demand(false, ...many.slice(1)))).toEqual(new Set(many.slice(1)));
  expect(podScopes('auto', [], demand(false, ...many))).toBe('all');
});

describe('names of clusters', () => {
  test('are those of contexts and hosts, and unique', () => {
    const kubeconfig = (file: string, context?: string) => ({ kind: 'kubeconfig', file, context }) as const;
    expect(
      clusterNames([
        { kind: 'in-cluster' },
        kubeconfig('k', 'east'),
        kubeconfig('other', 'east'),
        kubeconfig('/nowhere/config'),
        { kind: 'endpoint', url: 'https://10.0.0.1:6443/x', tls: undefined },
      ]),
    ).toEqual(['kubernetes', 'east', 'east-2', 'config', '10.0.0.1:6443']);
  });

  test.each([
    'apiVersion: v1\ncurrent-context: prod # ours\n',
    '{"current-context":"prod","x":1}',
    '{ "current-context": "prod" }',
  ])('without a context the one of the file counts: %j', (text) => {
    const directory = mkdtempSync(join(tmpdir(), 'names-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, 'config');
    writeFileSync(file, text);
    expect(clusterNames([{ kind: 'kubeconfig', file, context: undefined }])).toEqual(['prod']);
  });
});

describe('a list', () => {
  const names = ['a', 'b', 'c', 'd'];
  /** Name → host, uid and whether a version is told; a host of '' can mean nothing. */
  const state = fc.dictionary(
    fc.constantFrom(...names),
    fc.record({
      host: fc.constantFrom('', 'one.example.com', 'two.example.com'),
      uid: fc.constantFrom('1', '2'),
      hasVersion: fc.boolean(),
    }),
  );

  function objectSet(sink: RecordingSink, told: Change[][]): ObjectSet {
    const set: ObjectSet = new ObjectSet({
      kind: 'ServiceEntry',
      cluster: undefined,
      origin: { text: 'test' },
      revision: undefined,
      isVisible: () => true,
      served: (key) => sink.get(key),
      onFlush({ changes, hasNewRejections }) {
        expect(changes.length > 0 || hasNewRejections).toBe(true);
        told.push([...changes]);
        sink.apply(changes);
        if (hasNewRejections) sink.rejected(set.rejections);
      },
    });
    return set;
  }

  function put(set: ObjectSet, name: string, host: string, identity: object): string {
    const manifest = manifestOf({ namespace: 'ns', name, hosts: [host] });
    Object.assign(manifest.metadata as object, identity);
    return set.upsert(manifest, 'networking.istio.io/v1')!;
  }

  test('has an object anew that is as it was: it is not read again where uid and resourceVersion are the same', () => {
    const sink = new RecordingSink();
    const set = objectSet(sink, []);
    const seen = (host: string, identity: object): unknown => {
      expect(put(set, 'a', host, identity)).toBe('ns/a');
      set.flush();
      return sink.hosts['ns/a'];
    };
    expect(seen('one.example.com', { uid: 'u', resourceVersion: '7' })).toEqual(['one.example.com']);
    // No API server says so; but it shows what is read.
    expect(seen('two.example.com', { uid: 'u', resourceVersion: '7' })).toEqual(['one.example.com']);
    expect(seen('two.example.com', { uid: 'u', resourceVersion: '8' })).toEqual(['two.example.com']);
    expect(seen('three.example.com', { uid: 'v', resourceVersion: '8' })).toEqual(['three.example.com']);
    expect(seen('four.example.com', { uid: 'v' })).toEqual(['four.example.com']);
    expect(seen('five.example.com', { uid: 'v' })).toEqual(['five.example.com']);
  });

  test('has an object that went and came between two flushes', () => {
    const sink = new RecordingSink();
    const set = objectSet(sink, []);
    const identity = { uid: 'u', resourceVersion: '7' };
    put(set, 'a', 'one.example.com', identity);
    set.flush();
    set.remove({ metadata: { namespace: 'ns', name: 'a', uid: 'u' } });
    put(set, 'a', 'one.example.com', identity);
    set.flush();
    expect(sink.hosts).toEqual({ 'ns/a': ['one.example.com'] });
  });

  test('ends what it does not have, even if that has not been told yet', () => {
    const sink = new RecordingSink();
    const set = objectSet(sink, []);
    put(set, 'a', 'one.example.com', {});
    const listing = set.beginList(undefined);
    listing.saw(put(set, 'b', 'two.example.com', {}));
    for (const step of listing.end()) expect(step).toBeUndefined();
    set.flush();
    expect(sink.hosts).toEqual({ 'ns/b': ['two.example.com'] });
  });

  test('turns any state into any other by real differences alone', () => {
    fc.assert(
      fc.property(fc.array(state, { maxLength: 6 }), fc.array(fc.nat(3)), (states, flushes) => {
        const sink = new RecordingSink();
        const told: Change[][] = [];
        const set = objectSet(sink, told);
        for (const objects of states) {
          const before = sink.hosts;
          told.length = 0;
          const listing = set.beginList(undefined);
          Object.entries(objects).forEach(([name, { host, uid, hasVersion }], index) => {
            // One version is one state.
            listing.saw(put(set, name, host, hasVersion ? { uid, resourceVersion: `of ${host}` } : { uid }));
            if (flushes.includes(index)) set.flush();
          });
          for (const step of listing.end()) expect(step).toBeUndefined();
          set.flush();
          const expected = Object.entries(objects).filter(([, { host }]) => host !== '');
          expect(sink.hosts).toEqual(Object.fromEntries(expected.map(([name, { host }]) => [`ns/${name}`, [host]])));
          const bad = Object.entries(objects).filter(([, { host }]) => host === '');
          const rejected = new Set(sink.rejections.map(({ object }) => object));
          expect(rejected).toEqual(new Set(bad.map(([name]) => `ServiceEntry ns/${name}`)));
          const differences = new Set([...Object.keys(before), ...Object.keys(sink.hosts)]);
          const real = [...differences].filter((key) => before[key]?.join() !== sink.hosts[key]?.join());
          expect(told.flat()).toHaveLength(real.length);
        }
      }),
    );
  });
});
