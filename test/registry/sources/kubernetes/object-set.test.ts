import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ObjectSet } from '../../../../src/registry/sources/kubernetes/object-set.ts';
import type { Change } from '../../../../src/registry/sources/source.ts';
import { manifestOf, RecordingSink } from '../source-conformance.ts';

describe('a list', () => {
  const names = ['a', 'b', 'c', 'd'];
  /** Name → host, uid and whether it has a resourceVersion; a host of '' can mean nothing. */
  const state = fc.dictionary(
    fc.constantFrom(...names),
    fc.record({
      host: fc.constantFrom('', 'one.example.com', 'two.example.com'),
      uid: fc.constantFrom('1', '2'),
      hasVersion: fc.boolean(),
    }),
  );

  function objectSet(sink: RecordingSink, batches: Change[][]): ObjectSet {
    const set: ObjectSet = new ObjectSet({
      kind: 'ServiceEntry',
      cluster: undefined,
      origin: { text: 'test' },
      revision: undefined,
      isSelected: () => true,
      served: (key) => sink.get(key),
      onFlush({ changes, hasNewRejections }) {
        expect(changes.length > 0 || hasNewRejections).toBe(true);
        batches.push([...changes]);
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

  /** A list is complete. */
  function replace(set: ObjectSet, listed: readonly string[]): void {
    for (const step of set.retain(undefined, new Set(listed))) expect(step).toBeUndefined();
    expect(set.flush()).toBe(true);
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

  test('ends what it does not have, even if that has not been flushed yet', () => {
    const sink = new RecordingSink();
    const set = objectSet(sink, []);
    put(set, 'a', 'one.example.com', {});
    replace(set, [put(set, 'b', 'two.example.com', {})]);
    expect(sink.hosts).toEqual({ 'ns/b': ['two.example.com'] });
  });

  test('turns any state into any other by real differences alone', () => {
    fc.assert(
      fc.property(fc.array(state, { maxLength: 6 }), fc.array(fc.nat(3)), (states, flushes) => {
        const sink = new RecordingSink();
        const batches: Change[][] = [];
        const set = objectSet(sink, batches);
        for (const objects of states) {
          const before = sink.hosts;
          batches.length = 0;
          const listed: string[] = [];
          Object.entries(objects).forEach(([name, { host, uid, hasVersion }], index) => {
            // One version is one state.
            listed.push(put(set, name, host, hasVersion ? { uid, resourceVersion: `of ${host}` } : { uid }));
            if (flushes.includes(index)) set.flush();
          });
          replace(set, listed);
          const expected = Object.entries(objects).filter(([, { host }]) => host !== '');
          expect(sink.hosts).toEqual(Object.fromEntries(expected.map(([name, { host }]) => [`ns/${name}`, [host]])));
          const bad = Object.entries(objects).filter(([, { host }]) => host === '');
          const rejected = new Set(sink.rejections.map(({ object }) => object));
          expect(rejected).toEqual(new Set(bad.map(([name]) => `ServiceEntry ns/${name}`)));
          const differences = new Set([...Object.keys(before), ...Object.keys(sink.hosts)]);
          const real = [...differences].filter((key) => before[key]?.join() !== sink.hosts[key]?.join());
          expect(batches.flat()).toHaveLength(real.length);
        }
      }),
    );
  });
});
