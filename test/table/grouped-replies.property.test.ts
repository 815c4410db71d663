import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Compiler } from '../../src/registry/publish/compile/compile.ts';
import { groupsOf } from '../../src/registry/resolve/groups.ts';
import { chosenWeight, GroupedReplies, type Nearest } from '../../src/table/grouped-replies.ts';
import { maxGroups } from '../../src/table/layout.ts';
import { distance, localityOf } from '../../src/table/locality.ts';
import { Rotation } from '../../src/table/replies.ts';
import { encodeName } from '../../src/wire/name.ts';
import { viewOf } from '../../src/wire/words.ts';
import { decodeMessage } from '../support/dns-message.ts';
import { makeQuery, replyBytes } from '../support/query.ts';

interface Place {
  readonly address: string;
  readonly locality: string;
  readonly weight: number | undefined;
}

const name = 'a.example.com';

/** Answers a record of these endpoints; `undefined` where nothing tells them apart. */
function repliesOf(places: readonly Place[], nearest: Nearest) {
  const endpoints = places.map(({ address, ...rest }) => {
    return { target: { kind: 'ip', ip: address }, ports: new Map(), label: undefined, isPod: false, ...rest } as const;
  });
  const groups = groupsOf(endpoints, true, 32);
  if (!groups) return undefined;
  const addresses = groups.groups.flatMap((group) => group.addresses);
  const arena = new Compiler()
    .compile({ name: encodeName(name)!, kind: 'internal', flags: 0, ttl: 30, addresses, groups })
    .slice();
  const replies = new GroupedReplies(new Rotation(), nearest);
  const stream = { transport: 'tcp' } as const;
  const queries = {
    A: makeQuery(name, 'A', stream),
    AAAA: makeQuery(name, 'AAAA', stream),
    ANY: makeQuery(name, 'ANY', stream),
  };
  return (type: 'A' | 'AAAA' | 'ANY', client: string, most = 65_536): string[] => {
    const query = queries[type];
    const length = replies.addressReply(query, { arena, view: viewOf(arena) }, 0, most, localityOf(client));
    return decodeMessage(replyBytes(query, length)).answer.map((line) => line.split(' ').at(-1)!);
  };
}

const localities = ['', 'eu', 'eu/a', 'eu/a/1', 'eu/a/2', 'eu/b', 'eu/b/1', 'us', 'us/a', 'us/a/1'];
const addresses = [...Array.from({ length: 12 }, (_, i) => `10.0.0.${i}`), '2001:db8::1', '2001:db8::2', '2001:db8::3'];
const place = fc.record({
  address: fc.constantFrom(...addresses),
  locality: fc.constantFrom(...localities),
  weight: fc.constantFrom(undefined, undefined, 1, 7, 65_535, 4_294_967_295),
});
const some = fc.uniqueArray(place, { selector: ({ address }) => address, minLength: 1, maxLength: 15 });

const farOf = (client: string, locality: string): number => {
  const { region, zone, subzone } = localityOf(locality);
  return distance(localityOf(client), region, zone, subzone);
};
const isOf = (type: string, address: string): boolean => type === 'ANY' || address.includes(':') === (type === 'AAAA');

describe('of random endpoints', () => {
  test('first: each address once, and none before one that is nearer', () => {
    const anyNearest = fc.constantFrom('off' as const, 'first' as const, 'only' as const);
    fc.assert(
      fc.property(some, fc.constantFrom(...localities), anyNearest, fc.nat(20), (places, client, nearest, most) => {
        const ask = repliesOf(places, nearest);
        for (const type of ['A', 'AAAA'] as const) {
          const sought = places.filter(({ address }) => isOf(type, address));
          const far = (address: string): number => {
            return nearest === 'off' ? 0 : farOf(client, sought.find((each) => each.address === address)!.locality);
          };
          const all = sought.map(({ address }) => address);
          const least = Math.min(...all.map(far));
          const expected = nearest === 'only' ? all.filter((each) => far(each) === least) : all;
          for (let round = 0; round < 3; round++) {
            const answer = ask?.(type, client) ?? all;
            expect(answer.toSorted()).toEqual(expected.toSorted());
            const distances = answer.map(far);
            if (ask) expect(distances).toEqual(distances.toSorted());
            const cut = ask?.(type, client, most) ?? all.slice(0, most);
            expect(new Set(cut).size).toBe(Math.min(most, expected.length));
            if (ask) expect(cut.map(far)).toEqual(distances.slice(0, most));
          }
        }
        const both = ask?.('ANY', client) ?? [];
        const apart = ask ? [...ask('A', client), ...ask('AAAA', client)] : [];
        expect(both.toSorted()).toEqual(apart.toSorted());
      }),
      { numRuns: 300 },
    );
  });

  test('with equal weights each that is nearest stands first once in a round', () => {
    fc.assert(
      fc.property(some, fc.constantFrom(...localities), (places, client) => {
        const ask = repliesOf(
          places.map((each) => ({ ...each, weight: undefined })),
          'only',
        );
        const nearest = ask?.('A', client) ?? [];
        const firsts = Array.from(nearest, () => ask!('A', client)[0]);
        expect(firsts.toSorted()).toEqual(nearest.toSorted());
      }),
    );
  });
});

describe('weights', () => {
  test('in a whole round of 65536 each stands first in proportion, to one answer, also across the localities of one distance', () => {
    const places = [
      { address: '10.0.0.1', locality: 'us', weight: 1 },
      { address: '10.0.0.2', locality: 'us', weight: 5 },
      { address: '10.0.0.3', locality: 'asia', weight: 10 },
      { address: '10.0.0.4', locality: '', weight: undefined },
    ];
    const ask = repliesOf(places, 'first')!;
    const counts = new Map<string, number>();
    for (let i = 0; i < 65_536; i++) {
      const [first = ''] = ask('A', 'eu/a', 1);
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    const total = 17;
    for (const { address, weight = 1 } of places) {
      expect(Math.abs(counts.get(address)! - (65_536 * weight) / total)).toBeLessThanOrEqual(1);
    }
  });

  test('a short run is near to it already', () => {
    const ask = repliesOf(
      [
        { address: '10.0.0.1', locality: '', weight: 3 },
        { address: '10.0.0.2', locality: '', weight: 1 },
      ],
      'off',
    )!;
    const firsts = Array.from({ length: 40 }, () => ask('A', '')[0]);
    const count = firsts.filter((each) => each === '10.0.0.1').length;
    expect(Math.abs(count - 30)).toBeLessThanOrEqual(1);
  });

  test('the others follow in rotation, so that nobody is always second', () => {
    const ask = repliesOf(
      ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((address, i) => ({
        address,
        locality: '',
        weight: i === 0 ? 60_000 : 1,
      })),
      'off',
    )!;
    const seconds = new Map<string, number>();
    for (let i = 0; i < 400; i++) {
      const [first = '', second = ''] = ask('A', '');
      if (first === '10.0.0.1') seconds.set(second, (seconds.get(second) ?? 0) + 1);
    }
    expect([...seconds.values()].every((count) => count >= 100)).toBe(true);
  });

  test.each([1, 2, 17, 65_535, 65_536, 4_294_836_225])('what is chosen of %i is below it', (total) => {
    for (let step = 0; step < 65_536; step++) {
      const chosen = chosenWeight(step, total);
      if (chosen < 0 || chosen >= total) throw new Error(`step ${step} chooses ${chosen}`);
    }
    expect(chosenWeight(0, total)).toBe(0);
  });
});

test('more localities than a record has groups: what is left counts as being in none', () => {
  const places = Array.from({ length: 200 }, (_, i) => ({
    address: `10.0.0.${i}`,
    locality: `r${i}`,
    weight: undefined,
  }));
  const ask = repliesOf(places, 'only')!;
  expect(ask('A', 'r5')).toEqual(['10.0.0.5']);
  expect(ask('A', 'r199')).toHaveLength(200);
  expect(ask('A', 'r62')).toEqual(['10.0.0.62']);
  expect(maxGroups).toBe(64);
  expect(ask('A', 'r63')).toHaveLength(200);
});
