import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { probeLabel } from '../../../src/plugins/loop/probe.ts';
import { maxUpstreams, sharedLength, SharedState } from '../../../src/plugins/loop/shared-state.ts';
import type { Query } from '../../../src/wire/query.ts';
import { makeQuery } from '../../support/query.ts';

const nonce = Int32Array.of(1, -2, 3, -4);
let state: SharedState;

beforeEach(() => {
  state = new SharedState(new Int32Array(sharedLength));
});

function probe(label: string): Query {
  const query = makeQuery(`${label}.example.org.`, 'HINFO');
  query.readName();
  return query;
}

describe('a probe that comes back', () => {
  it('is known by its nonce, until the next one goes out', () => {
    state.begin(3, '10.0.0.1:53', nonce);
    expect(state.find(probe(probeLabel(3, nonce)))).toBe(3);
    state.begin(3, '10.0.0.1:53', Int32Array.of(5, 6, 7, 8));
    expect(state.find(probe(probeLabel(3, nonce)))).toBe(-1);
  });

  it('cannot be forged', () => {
    state.begin(3, '10.0.0.1:53', nonce);
    const label = probeLabel(3, nonce);
    const digits = fc.stringMatching(/^[0-9a-z-]{34}$/).map((text) => label.slice(0, -34) + text);
    const changed = fc.tuple(fc.integer({ min: 11, max: 44 }), fc.stringMatching(/^[0-9a-z_-]$/)).map(([at, octet]) => {
      return label.slice(0, at) + octet + label.slice(at + 1);
    });
    fc.assert(
      fc.property(fc.oneof(digits, changed), (forged) => {
        fc.pre(forged !== label);
        expect(state.find(probe(forged))).toBe(-1);
      }),
      { numRuns: 1000 },
    );
  });

  it('is not one that nobody has sent', () => {
    for (const index of [0, 5, maxUpstreams - 1]) {
      expect(state.find(probe(probeLabel(index, new Int32Array(4))))).toBe(-1);
    }
    expect(state.find(probe(probeLabel(255, new Int32Array(4))))).toBe(-1);
  });

  it('turns off who got it, once, and is told to all', () => {
    state.begin(3, '10.0.0.1:53', nonce);
    const { generation } = state;
    expect([state.returned(3), state.returned(3)]).toEqual([true, false]);
    expect(state.hasReturned(3)).toBe(true);
    expect(state.isOff(3, '10.0.0.1:53')).toBe(true);
    expect(state.isOff(2, '10.0.0.1:53')).toBe(false);
    expect(state.detections(3)).toBe(1);
    expect(state.generation).not.toBe(generation);
    state.turnOn(3);
    expect(state.isOff(3, '10.0.0.1:53')).toBe(false);
  });

  it('turns nobody else off who has taken the place in the list since', () => {
    state.begin(3, '10.0.0.1:53', nonce);
    state.returned(3);
    expect(state.isOff(3, '10.0.0.2:53')).toBe(false);
  });
});

it('leaves the numbers behind its own alone', () => {
  const numbers = new Int32Array(sharedLength);
  const last = new SharedState(numbers);
  last.begin(maxUpstreams - 1, '10.0.0.1:53', nonce);
  last.returned(maxUpstreams - 1);
  expect(numbers.length).toBe(sharedLength);
  expect(last.isOff(maxUpstreams - 1, '10.0.0.1:53')).toBe(true);
  expect(last.isOff(maxUpstreams - 2, '10.0.0.1:53')).toBe(false);
});
