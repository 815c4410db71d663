import { describe, expect, it } from 'vitest';
import { makeRandom } from '../../bench/queries.ts';
import { Sampler } from '../../src/plugins/sampler.ts';

describe('a sample of one in N', () => {
  it.each([1, 2, 3, 10, 1000])('takes so many of them: %i', (n) => {
    const random = makeRandom(7);
    const sampler = new Sampler(n, () => Math.floor(random() * 65_536));
    const asked = 4000 * n;
    let taken = 0;
    for (let i = 0; i < asked; i++) if (sampler.isTaken()) taken++;
    expect(taken / 4000).toBeGreaterThan(n === 1 ? 0.999 : 0.95);
    expect(taken / 4000).toBeLessThan(n === 1 ? 1.001 : 1.05);
  });

  it('takes each whatever became of the one before', () => {
    const random = makeRandom(3);
    const sampler = new Sampler(2, () => Math.floor(random() * 65_536));
    const pairs = [0, 0, 0, 0];
    for (let i = 0; i < 40_000; i++) pairs[2 * Number(sampler.isTaken()) + Number(sampler.isTaken())]!++;
    for (const count of pairs) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it.each([0, 65_535])('goes on with the random number %i', (random) => {
    const sampler = new Sampler(65_536, () => random);
    let until = 1;
    while (!sampler.isTaken()) until++;
    expect(until).toBe(random === 0 ? 1 + Math.floor(Math.log(2 ** -32) / Math.log1p(-1 / 65_536)) : 1);
  });
});
