import { describe, expect, it } from 'vitest';
import { ApiError } from '../../src/kubernetes/api-errors.ts';
import { LeaderElector } from '../../src/kubernetes/leader-elector.ts';
import type { Lease, LeaseApi, LeaseSpec } from '../../src/kubernetes/lease.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** An API server with one Lease. */
class FakeLease implements LeaseApi {
  lease: Lease | undefined;
  isDown = false;
  #version = 0;

  get(): Promise<Lease | undefined> {
    return this.#answer(() => this.lease);
  }

  create(spec: LeaseSpec): Promise<Lease> {
    return this.#answer(() => {
      if (this.lease) throw new ApiError(409, 'exists');
      return this.#store(spec);
    });
  }

  update({ resourceVersion }: Lease, spec: LeaseSpec): Promise<Lease> {
    return this.#answer(() => {
      if (this.lease?.resourceVersion !== resourceVersion) throw new ApiError(409, 'changed');
      return this.#store(spec);
    });
  }

  #store(spec: LeaseSpec): Lease {
    this.lease = { resourceVersion: String(++this.#version), spec, metadata: {} };
    return this.lease;
  }

  #answer<Result>(answer: () => Result): Promise<Result> {
    return Promise.resolve().then(() => {
      if (this.isDown) throw new Error('connect ECONNREFUSED');
      return answer();
    });
  }
}

function elect(lease: LeaseApi, identity: string, clock: FakeClock) {
  const changes: boolean[] = [];
  const troubles: string[] = [];
  const elector = new LeaderElector({
    lease,
    identity,
    clock,
    random: () => 0,
    onChange: (isLeader) => changes.push(isLeader),
    onTrouble: (message) => troubles.push(message),
  });
  return { elector, changes, troubles };
}

/** Promises that are resolved have had their turn. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

async function pass(clock: FakeClock, seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i++) {
    clock.advance(1000);
    await settle();
  }
}

/** Two of them at work, the first as the leader. */
async function startTwo(lease: FakeLease, clock: FakeClock, clockOfFirst = clock) {
  const [first, second] = [elect(lease, 'first', clockOfFirst), elect(lease, 'second', clock)];
  for (const { elector } of [first, second]) {
    elector.start();
    await settle();
  }
  return { first, second };
}

describe('an election', () => {
  it('has one leader, who renews', async () => {
    const [lease, clock] = [new FakeLease(), new FakeClock()];
    const { first, second } = await startTwo(lease, clock);
    await pass(clock, 60);
    expect([first.elector.isLeader, second.elector.isLeader]).toEqual([true, false]);
    expect(lease.lease!.spec).toEqual({
      holderIdentity: 'first',
      leaseDurationSeconds: 15,
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:01:00.000000Z',
      leaseTransitions: 0,
    });
    expect([first.changes, second.changes]).toEqual([[true], []]);
  });

  it('goes to another one 15 seconds after that has seen the last renewal of one that was killed', async () => {
    const [lease, clock] = [new FakeLease(), new FakeClock()];
    // Its clock stands still.
    const { second } = await startTwo(lease, clock, new FakeClock());
    await pass(clock, 14);
    expect(second.elector.isLeader).toBe(false);
    await pass(clock, 3);
    expect(second.elector.isLeader).toBe(true);
    expect(lease.lease!.spec).toMatchObject({ holderIdentity: 'second', leaseTransitions: 1 });
  });

  it('does not look at the time that the other one writes', async () => {
    const [lease, clock] = [new FakeLease(), new FakeClock()];
    // Its clock is an hour behind.
    const spec = {
      holderIdentity: 'first',
      leaseDurationSeconds: 15,
      acquireTime: '2025-12-31T23:00:00.000000Z',
      renewTime: '2025-12-31T23:00:00.000000Z',
      leaseTransitions: 4,
    };
    await lease.create(spec);
    const { elector } = elect(lease, 'second', clock);
    elector.start();
    await settle();
    for (let i = 0; i < 5; i++) {
      await pass(clock, 10);
      await lease.update(lease.lease!, spec);
      expect(elector.isLeader).toBe(false);
    }
    await pass(clock, 18);
    expect(elector.isLeader).toBe(true);
  });

  it('is over for the leader before others may begin, when it cannot renew', async () => {
    const [lease, clock] = [new FakeLease(), new FakeClock()];
    const { elector, changes, troubles } = elect(lease, 'first', clock);
    elector.start();
    await settle();
    lease.isDown = true;
    await pass(clock, 9);
    expect(elector.isLeader).toBe(true);
    clock.advance(1000);
    expect(elector.isLeader).toBe(false);
    await settle();
    expect(changes).toEqual([true, false]);
    await pass(clock, 30);
    expect(troubles).toEqual(['connect ECONNREFUSED']);
    lease.isDown = false;
    await pass(clock, 2);
    expect(changes).toEqual([true, false, true]);
  });

  it('is given back at the end, and goes on at once', async () => {
    const [lease, clock] = [new FakeLease(), new FakeClock()];
    const { first, second } = await startTwo(lease, clock);
    await first.elector.stop();
    expect(first.elector.isLeader).toBe(false);
    expect(lease.lease!.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
    await pass(clock, 2);
    expect(second.elector.isLeader).toBe(true);
    await second.elector.stop();
    expect(clock.pending).toBe(0);
  });

  it('of several that begin at once has one leader, and 409 is no trouble', async () => {
    const [lease, clock] = [new FakeLease(), new FakeClock()];
    const all = ['a', 'b', 'c'].map((identity) => elect(lease, identity, clock));
    for (const { elector } of all) elector.start();
    await settle();
    await pass(clock, 30);
    expect(all.filter(({ elector }) => elector.isLeader)).toHaveLength(1);
    expect(all.flatMap(({ troubles }) => troubles)).toEqual([]);
  });
});
