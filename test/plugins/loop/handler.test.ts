import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BlockUpstream } from '../../../src/plugins/block-upstreams.ts';
import { loopHandler } from '../../../src/plugins/loop/handler.ts';
import { loopSeries } from '../../../src/plugins/loop/meter.ts';
import { sharedLength } from '../../../src/plugins/loop/shared-state.ts';
import type { Handler } from '../../../src/plugins/plugin.ts';
import { rcode } from '../../../src/wire/codes.ts';
import { formatName } from '../../../src/wire/name.ts';
import type { Query } from '../../../src/wire/query.ts';
import { emptyReply } from '../../../src/wire/reply.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { makeEnvironment, type TestEnvironment } from '../../support/plugin.ts';
import { makeQuery, replyBytes } from '../../support/query.ts';

/** What becomes of a probe that an upstream gets. */
type Way = 'back' | 'NXDOMAIN' | 'SERVFAIL' | 'nothing';

/** An upstream as one worker sees it. */
class Upstream implements BlockUpstream {
  readonly name: string;
  readonly zones = ['.'];
  reason: string | undefined;
  readonly probes: Query[] = [];
  readonly #ways: Map<string, Way>;
  readonly #back: (query: Query) => number | Promise<number>;

  constructor(name: string, ways: Map<string, Way>, back: (query: Query) => number | Promise<number>) {
    this.name = name;
    this.#ways = ways;
    this.#back = back;
  }

  ask(query: Query): number | Promise<number> {
    this.probes.push(query);
    query.hold();
    const way = this.#ways.get(this.name) ?? 'NXDOMAIN';
    if (way === 'nothing') return new Promise(() => undefined);
    if (way === 'back') return this.#back(query);
    return Promise.resolve(emptyReply(query, rcode[way]));
  }

  turnOff(reason: string | undefined): void {
    this.reason = reason;
  }
}

/** Workers of one server block, of which the last one gets what comes back. */
class Block {
  readonly clock = new FakeClock();
  readonly ways = new Map<string, Way>();
  readonly workers: { environment: TestEnvironment; handler: Handler; upstreams: Upstream[] }[] = [];
  passedOn: string[] = [];

  constructor(names: string[]) {
    const shared = new Int32Array(sharedLength);
    for (const index of [0, 1]) {
      const upstreams = names.map((name) => new Upstream(name, this.ways, (query) => this.comeBack(query)));
      const environment = {
        ...makeEnvironment(),
        clock: this.clock,
        shared,
        worker: { index, count: 2 },
        counters: new Float64Array(loopSeries.length),
      };
      environment.upstreams.add(() => upstreams);
      const handler = loopHandler.create({}, environment, (query) => {
        query.readName();
        this.passedOn.push(formatName(query.lower));
        return emptyReply(query, rcode.NOERROR);
      });
      this.workers.push({ environment, handler, upstreams });
    }
  }

  comeBack({ bytes }: Query): number | Promise<number> {
    const query = makeQuery('x.', 'A');
    query.bytes = new Uint8Array(bytes);
    query.end = bytes.length;
    query.read();
    query.peer = { address: '10.0.0.1', port: 4711, family: 4 };
    query.local = { address: '2001:db8::1', port: 53, family: 6 };
    query.out = new Uint8Array(512);
    query.outStart = 0;
    return this.workers.at(-1)!.handler(query);
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 100) {
      this.clock.advance(Math.min(left, 100));
      await turn();
    }
  }

  reasons(): (string | undefined)[][] {
    return this.workers.map(({ upstreams }) => upstreams.map(({ reason }) => reason));
  }

  probes(index: number): number {
    return this.workers[0]!.upstreams[index]!.probes.length;
  }

  logged(): string[] {
    return this.workers.flatMap(({ environment }) => environment.logger.lines.map(({ message }) => message));
  }
}

const reason = 'what is sent there comes back to this server (plugin loop)';
let block: Block;

beforeEach(() => {
  block = new Block(['10.0.0.1:53', '10.0.0.2:53']);
});

describe('an upstream whose queries come back', () => {
  beforeEach(() => {
    block.ways.set('10.0.0.1:53', 'back');
  });

  it('is turned off in all workers, which is logged and counted once', async () => {
    await block.pass(10_000);
    expect(block.reasons()).toEqual([
      [reason, undefined],
      [reason, undefined],
    ]);
    expect(block.passedOn).toEqual([]);
    const found = block.logged().filter((text) => text.includes('Loop ('));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(
      /plugin\/loop: Loop \(10\.0\.0\.1:4711 -> \[2001:db8::1\]:53\) detected for zone "example\.org\.": what is sent to 10\.0\.0\.1:53 comes back, .* Query: "HINFO loop-probe-[0-9a-f]{34}\.example\.org\."/,
    );
    expect(block.workers.map(({ environment }) => [...environment.counters!])).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  it('is turned on again when two probes in a row went well', async () => {
    await block.pass(3000);
    block.ways.set('10.0.0.1:53', 'NXDOMAIN');
    await block.pass(1500);
    expect(block.reasons()[1]).toEqual([reason, undefined]);
    await block.pass(4000);
    expect(block.reasons().flat()).toEqual([undefined, undefined, undefined, undefined]);
    expect(block.workers[0]!.environment.logger.lines.at(-1)!.message).toMatch(/10\.0\.0\.1:53 is asked again/);
    expect(block.workers[0]!.environment.counters).toEqual(Float64Array.of(0, 0));
  });

  it('stays off while it does not answer, or with SERVFAIL: that tells nothing of the loop', async () => {
    await block.pass(1000);
    block.ways.set('10.0.0.1:53', 'SERVFAIL');
    await block.pass(60_000);
    block.ways.set('10.0.0.1:53', 'nothing');
    await block.pass(60_000);
    expect(block.reasons()[1]).toEqual([reason, undefined]);
  });

  it('is trusted less each time', async () => {
    const offFor: number[] = [];
    for (let i = 0; i < 3; i++) {
      block.ways.set('10.0.0.1:53', 'back');
      while (block.reasons()[0]![0] === undefined) await block.pass(100);
      block.ways.set('10.0.0.1:53', 'NXDOMAIN');
      const since = block.clock.now();
      while (block.reasons()[0]![0] !== undefined) await block.pass(100);
      offFor.push(Math.round((block.clock.now() - since) / 2000));
    }
    expect(offFor).toEqual([2, 4, 8]);
  });

  it('is found by a probe that comes back late', async () => {
    block.ways.set('10.0.0.1:53', 'NXDOMAIN');
    await block.pass(500);
    expect(block.reasons()[0]).toEqual([undefined, undefined]);
    await block.comeBack(block.workers[0]!.upstreams[0]!.probes[0]!);
    await block.pass(2000);
    expect(block.reasons().map(([one]) => one)).toEqual([reason, reason]);
  });
});

describe('an upstream that is no loop', () => {
  it.each<Way>(['NXDOMAIN', 'SERVFAIL', 'nothing'])('is not turned off where its reply is %s', async (way) => {
    block.ways.set('10.0.0.1:53', way);
    await block.pass(120_000);
    expect(block.reasons().flat()).toEqual([undefined, undefined, undefined, undefined]);
    expect(block.logged()).toEqual([]);
  });

  it('is probed more and more seldom, down to every 30 seconds', async () => {
    await block.pass(60_000);
    const early = block.probes(0);
    await block.pass(300_000);
    expect([early, block.probes(0) - early]).toEqual([5, 10]);
  });

  it('has one probe at a time', async () => {
    block.ways.set('10.0.0.1:53', 'nothing');
    await block.pass(60_000);
    expect(block.probes(0)).toBe(1);
  });

  it('is probed by the first worker alone', async () => {
    await block.pass(60_000);
    expect(block.workers[1]!.upstreams[0]!.probes).toEqual([]);
  });
});

describe('an upstream that joins later', () => {
  it('is probed within 2 seconds', async () => {
    await block.pass(10_000);
    block.ways.set('10.0.0.3:53', 'back');
    for (const { upstreams } of block.workers) {
      upstreams.push(new Upstream('10.0.0.3:53', block.ways, (query) => block.comeBack(query)));
    }
    await block.pass(2100);
    expect(block.reasons()[0]).toEqual([undefined, undefined, reason]);
  });
});

it('hands on what is no probe of its own, as HINFO and as any other type', () => {
  const { handler } = block.workers[0]!;
  const forged = `loop-probe-${'0'.repeat(34)}.example.org.`;
  for (const [name, type] of [
    [forged, 'HINFO'],
    [forged, 'A'],
    ['example.org.', 'HINFO'],
  ] as const) {
    const query = makeQuery(name, type);
    replyBytes(query, handler(query) as number);
  }
  expect(block.passedOn).toEqual([forged, forged, 'example.org.']);
});

it('sends nothing any more when it is closed', async () => {
  for (const { environment } of block.workers) await environment.close();
  await block.pass(10_000);
  expect([block.probes(0), block.clock.pending]).toEqual([0, 0]);
});

describe('the probe of another server', () => {
  const foreign = `loop-probe-${'0'.repeat(34)}.example.org.`;

  it('goes on where all upstreams are turned off, one at a time', async () => {
    block.ways.set('10.0.0.1:53', 'back').set('10.0.0.2:53', 'back');
    await block.pass(1000);
    block.ways.set('10.0.0.1:53', 'nothing');
    const { handler, upstreams } = block.workers[1]!;
    expect([handler(makeQuery(foreign, 'HINFO')), handler(makeQuery(foreign, 'HINFO'))]).toEqual([
      expect.any(Promise),
      expect.any(Number),
    ]);
    expect([upstreams[0]!.probes.length, block.passedOn]).toEqual([1, [foreign]]);
  });

  it('goes on as any query while one is turned on', async () => {
    block.ways.set('10.0.0.1:53', 'back');
    await block.pass(1000);
    void block.workers[1]!.handler(makeQuery(foreign, 'HINFO'));
    expect(block.passedOn).toEqual([foreign]);
  });
});
