import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ForwardLine } from '../../../src/plugins/forward/config.ts';
import { makeRoutes } from '../../../src/plugins/forward/routes.ts';
import { answer, type Behaviour, FakeUpstream, silence } from '../../support/fake-upstream.ts';
import { makeQuery } from '../../support/query.ts';
import { addresses, Harness, line, passedOn } from './harness.ts';

const upstreams: FakeUpstream[] = [];
const harnesses: Harness[] = [];

beforeEach(async () => {
  for (let i = 0; i < 3; i++) upstreams.push(await FakeUpstream.start(from(i)));
});

afterEach(async () => {
  await Promise.all([
    ...harnesses.splice(0).map((each) => each.close()),
    ...upstreams.splice(0).map((each) => each.stop()),
  ]);
});

/** An answer that says who gave it. */
function from(index: number): Behaviour {
  return (query) => {
    const data = `192.0.2.${index}`;
    answer({ answers: [{ type: 'A', name: query.name, ttl: 60, data }] })(query);
  };
}

/** A line for each of these, with an upstream of its own. */
function chain(...lines: Partial<ForwardLine>[]): Harness {
  const harness = new Harness(...lines.map((changes, i) => line([upstreams[i]!], changes)));
  harnesses.push(harness);
  return harness;
}

function asked(): number[] {
  return upstreams.map(({ queries }) => queries.length);
}

describe('of several lines that take a name', () => {
  it.each([
    { lines: [{ from: ['.'] }, { from: ['org.'] }, { from: ['example.org.'] }], name: 'a.example.org', by: 2 },
    { lines: [{ from: ['.'] }, { from: ['org.'] }, { from: ['example.org.'] }], name: 'EXAMPLE.ORG', by: 2 },
    { lines: [{ from: ['.'] }, { from: ['org.'] }, { from: ['example.org.'] }], name: 'badexample.org', by: 1 },
    { lines: [{ from: ['.'] }, { from: ['org.'] }, { from: ['example.org.'] }], name: 'example.net', by: 0 },
    { lines: [{ from: ['example.org.'] }, { from: ['.'] }, { from: ['org.'] }], name: 'a.org', by: 2 },
    { lines: [{ from: ['org.'] }, { from: ['org.'] }], name: 'a.org', by: 0 },
    { lines: [{ from: ['net.', 'org.'] }, { from: ['a.org.', '.'] }], name: 'b.org', by: 0 },
    { lines: [{ from: ['net.', 'org.'] }, { from: ['a.org.', '.'] }], name: 'b.a.org', by: 1 },
    { lines: [{ from: ['.'] }, { from: ['org.'], except: ['a.org.'] }], name: 'x.a.org', by: 0 },
    { lines: [{ from: ['org.'], except: ['a.org.'] }, { from: ['org.'] }], name: 'a.org', by: 1 },
  ])('the longest FROM of $lines forwards $name: number $by', async ({ lines, name, by }) => {
    const harness = chain(...lines);
    expect(addresses(await harness.resolve(makeQuery(name, 'A')))).toEqual([`192.0.2.${by}`]);
  });

  it('none takes what all except', () => {
    const harness = chain({ from: ['org.'], except: ['a.org.'] }, { from: ['a.org.'], except: ['x.a.org.'] });
    expect(harness.handler(makeQuery('x.a.org', 'A'))).toBe(passedOn);
    expect(harness.handler(makeQuery('net', 'A'))).toBe(passedOn);
  });
});

const nxdomain = answer({ answers: [] }, 3);
const servfail = answer({ answers: [] }, 2);
const nodata = answer({ answers: [] });
const alias: Behaviour = (query) =>
  answer({ answers: [{ type: 'CNAME', name: query.name, ttl: 60, data: 'nothing.example.net' }] })(query);

describe('next and next_on_nodata', () => {
  it.each<{
    why: string;
    first: Behaviour;
    options: Partial<ForwardLine>;
    goesOn: boolean;
    type?: 'A' | 'AAAA' | 'ANY';
  }>([
    { why: 'NXDOMAIN', first: nxdomain, options: { next: [3] }, goesOn: true },
    { why: 'NXDOMAIN that is not named', first: nxdomain, options: { next: [2], nextOnNodata: true }, goesOn: false },
    { why: 'SERVFAIL', first: servfail, options: { next: [3, 2] }, goesOn: true },
    { why: 'NODATA', first: nodata, options: { nextOnNodata: true }, goesOn: true },
    { why: 'NODATA without the option', first: nodata, options: { next: [3] }, goesOn: false },
    { why: 'an alias to nothing', first: alias, options: { nextOnNodata: true }, goesOn: true },
    { why: 'an answer', first: from(0), options: { next: [3], nextOnNodata: true }, goesOn: false },
    { why: 'an answer of another type', first: from(0), options: { nextOnNodata: true }, goesOn: true, type: 'AAAA' },
    { why: 'an answer to ANY', first: from(0), options: { nextOnNodata: true }, goesOn: false, type: 'ANY' },
  ])('$why: the next line is asked: $goesOn', async ({ first, options, goesOn, type = 'A' }) => {
    const harness = chain({ from: ['org.'], ...options }, { from: ['.'] });
    upstreams[0]!.behaviour = first;
    const reply = await harness.resolve(makeQuery('A.org', type, { edns: true, transport: 'tcp' }));
    expect(asked()).toEqual([1, goesOn ? 1 : 0, 0]);
    if (goesOn) expect(addresses(reply)).toEqual(['192.0.2.1']);
    expect(reply.questions?.[0]?.name).toBe('A.org');
  });

  it('goes on where nobody of the line has answered', async () => {
    const harness = chain({ from: ['org.'], next: [2] }, { from: ['.'] });
    upstreams[0]!.behaviour = silence;
    const query = makeQuery('a.org', 'A');
    const reply = harness.resolve(query);
    await upstreams[0]!.received(1);
    harness.clock.advance(1020);
    harness.clock.advance(1020);
    expect(addresses(await reply)).toEqual(['192.0.2.1']);
    expect(query.error).toBeUndefined();
  });

  it('goes on at once where the line refuses to ask', async () => {
    const harness = chain({ from: ['org.'], next: [5], maxConcurrent: 0 }, { from: ['.'] });
    expect(addresses(await harness.resolve(makeQuery('a.org', 'A', { edns: true })))).toEqual(['192.0.2.1']);
    expect(asked()).toEqual([0, 1, 0]);
  });

  it('goes from the longest FROM to shorter ones, past those that except the name', async () => {
    const harness = chain({ from: ['.'] }, { from: ['a.org.'], next: [3] }, { from: ['org.'], except: ['a.org.'] });
    upstreams[1]!.behaviour = nxdomain;
    expect(addresses(await harness.resolve(makeQuery('a.org', 'A')))).toEqual(['192.0.2.0']);
    expect(asked()).toEqual([1, 1, 0]);
  });

  it('goes through all lines, and the reply of the last one counts', async () => {
    const lines = [
      { from: ['org.'], next: [3] },
      { from: ['org.'], next: [3] },
      { from: ['.'], next: [3, 2] },
    ];
    const harness = chain(...lines);
    upstreams[0]!.behaviour = upstreams[1]!.behaviour = nxdomain;
    upstreams[2]!.behaviour = servfail;
    expect((await harness.resolve(makeQuery('a.org', 'A'))).rcode).toBe('SERVFAIL');
    expect(asked()).toEqual([1, 1, 1]);
  });

  it('never goes to another plugin', async () => {
    const harness = chain({ from: ['.'], next: [3] });
    upstreams[0]!.behaviour = nxdomain;
    expect((await harness.resolve(makeQuery('a.org', 'A'))).rcode).toBe('NXDOMAIN');
  });

  it('has special-use names answered by the line that keeps them here', async () => {
    const harness = chain({ from: ['.'], next: [3], specialNames: false }, { from: ['.'] });
    upstreams[0]!.behaviour = nxdomain;
    expect(addresses(await harness.resolve(makeQuery('localhost', 'A')))).toEqual(['127.0.0.1']);
    expect(asked()).toEqual([1, 0, 0]);
  });
});

it('reads each line a few times, however many there are', () => {
  let reads = 0;
  const lines = Array.from({ length: 1000 }, (_, i) => ({
    ...line([upstreams[0]!]),
    get from() {
      reads++;
      return [`l${i}.test.`];
    },
  }));
  const sent: number[] = [];
  const senders = lines.map((_, i) => ({ forward: () => (sent.push(i), 1) }));
  const routes = makeRoutes({ lines }, ['.'], senders);
  const query = makeQuery('a.l7.test', 'A');
  query.readName();
  void routes(query);
  expect(sent).toEqual([7]);
  expect(reads).toBeLessThan(10 * lines.length);
});
