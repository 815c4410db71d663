import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PlacedUpstream, type UpstreamAddress, upstreamKey } from '../../../../src/plugins/forward/config.ts';
import { place } from '../../../../src/plugins/forward/sources/place.ts';
import { share } from '../../../../src/plugins/forward/sources/share.ts';

const max = 15;
const upstream = fc
  .integer({ min: 0, max: 40 })
  .map((i): UpstreamAddress => ({ protocol: 'dns', address: `192.0.2.${i}`, port: 53, family: 4 }));
const list = fc.uniqueArray(upstream, { selector: upstreamKey, maxLength: max });

test('lists are cut to 15 entries together, from the last ones, and none loses its first', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(), { maxLength: 30 }), { maxLength: max }), (lists) => {
      const shares = share(lists, max);
      const total = lists.flat().length;
      expect(shares.flat()).toHaveLength(Math.min(total, max));
      for (const [i, each] of shares.entries()) {
        expect(each).toEqual(lists[i]!.slice(0, each.length));
        if (lists[i]!.length > 0) expect(each.length).toBeGreaterThan(0);
      }
    }),
  );
});

test('whatever comes and goes, an upstream keeps its slot, and no two have one', () => {
  fc.assert(
    fc.property(fc.array(list, { maxLength: 8 }), (lists) => {
      let before: readonly PlacedUpstream[] = [];
      for (const upstreams of lists) {
        const after = place(upstreams, before);
        expect(after.map(upstreamKey)).toEqual(upstreams.map(upstreamKey));
        expect(new Set(after.map(({ slot }) => slot)).size).toBe(upstreams.length);
        for (const each of after) {
          expect(each.slot).toBeLessThan(max);
          const known = before.find((other) => upstreamKey(other) === upstreamKey(each));
          if (known) expect(each.slot).toBe(known.slot);
        }
        before = after;
      }
    }),
  );
});
