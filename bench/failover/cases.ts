import { availableParallelism } from 'node:os';
import { replyTo, silence, type Behaviour, type FakeUpstream } from '../../test/support/fake-upstream.ts';
import { pause, usualSockets, type Outcome } from './client.ts';
import type { Proxy } from './proxies.ts';
import { firstName, onStage } from './stage.ts';

/** The lines that a case adds to the table: what was measured, and the figure. */
export type Figures = Readonly<Record<string, string>>;
export type Case = (proxy: Proxy) => Promise<Figures>;

const perSecond = 200;
const noError = 0;
const nxDomain = 3;

const address =
  (ttl: number): Behaviour =>
  (query) =>
    query.send(replyTo(query, { answers: [{ type: 'A', name: query.name, ttl, data: '192.0.2.1' }] }));

/** Answers what is asked to find out whether the proxy runs, and nothing else: not health probes either. */
const silentFromStart: Behaviour = (query) => {
  if (query.name.toLowerCase() === firstName) address(60)(query);
};

/** One of two upstreams never answers. */
export const oneSilent: Case = (proxy) =>
  onStage(proxy, { upstreams: [silentFromStart, address(60)], caching: 'none' }, async ({ client }) =>
    figures('one of two silent', await client.askSteadily(perSecond, 10, (turn) => `silent-${turn}.test`)),
  );

/** Both upstreams fall silent, and what they said is out of date. */
export const staleData: Case = (proxy) => {
  const names = 50;
  const ttl = 2;
  const name = (turn: number): string => `stale-${turn % names}.test`;
  return onStage(
    proxy,
    { upstreams: [address(ttl), address(ttl)], caching: 'stale' },
    async ({ upstreams, client }) => {
      // Each name from each socket: a thread may have a cache of its own.
      const everyName = names * usualSockets;
      await client.askSteadily(everyName, 1, (turn) => name(Math.floor(turn / usualSockets)));
      for (const upstream of upstreams) upstream.behaviour = silence;
      // CoreDNS keeps answers for 5 seconds at least.
      await pause(6000);
      const outcomes = await client.askSteadily(perSecond, 3, name);
      const { answered, most } = summary(outcomes);
      const slow = outcomes.filter(({ ms }) => ms > 500).length;
      return {
        'both silent, stale data at hand: answered': percent(answered, outcomes.length),
        'both silent, stale data at hand: over 500 ms': percent(slow, outcomes.length),
        'both silent, stale data at hand: slowest': milliseconds(most),
      };
    },
  );
};

/** One of two upstreams falls silent for 5 seconds. */
export const returns: Case = (proxy) =>
  onStage(proxy, { upstreams: [address(60), address(60)], caching: 'none' }, async ({ upstreams, client }) => {
    const [dying] = upstreams as [FakeUpstream];
    const behaviour = dying.behaviour;
    const asking = client.askSteadily(perSecond, 14, (turn) => `returns-${turn}.test`);
    await pause(1000);
    dying.behaviour = silence;
    await pause(5000);
    const since = performance.now();
    const asked: number[] = [];
    dying.behaviour = (query) => {
      // Others are health probes.
      if (query.name.toLowerCase().startsWith('returns-')) asked.push(performance.now() - since);
      behaviour(query);
    };
    const outcomes = await asking;
    return {
      ...figures('one of two dies', outcomes),
      'it returns: first query after': milliseconds(asked[0] ?? NaN),
      'it returns: has a quarter of the queries after': milliseconds(whenAsked(asked, perSecond / 4)),
    };
  });

/** Many clients ask at once for a name that does not exist. */
export const manyClients: Case = (proxy) => {
  const clients = 1000;
  const inTurn = 20;
  const takesMs = 200;
  const missing: Behaviour = (query) => {
    setTimeout(() => query.send(replyTo(query, { answers: [], authorities: [soa] }, nxDomain)), takesMs);
  };
  return onStage(
    proxy,
    { upstreams: [address(60)], caching: 'plain', clientSockets: clients },
    async ({ upstreams, client }) => {
      const [upstream] = upstreams as [FakeUpstream];
      upstream.behaviour = missing;
      const asking: Promise<Outcome>[] = [];
      for (let turn = 0; turn < clients; turn++) {
        // A burst of all would not fit into a receive buffer of the default size.
        if (turn % inTurn === 0) await pause(1);
        asking.push(client.ask('missing.test'));
      }
      const outcomes = await Promise.all(asking);
      const asked = upstream.queries.filter(({ name }) => name.toLowerCase() === 'missing.test').length;
      const answered = outcomes.filter(({ rcode }) => rcode === nxDomain).length;
      return {
        [`1,000 clients, one missing name, ${availableParallelism()} CPUs: upstream queries`]: String(asked),
        '1,000 clients, one missing name: answered': percent(answered, clients),
      };
    },
  );
};

const soa = {
  type: 'SOA',
  name: 'test',
  ttl: 60,
  data: {
    mname: 'ns.test',
    rname: 'hostmaster.test',
    serial: 1,
    refresh: 7200,
    retry: 1800,
    expire: 86_400,
    minimum: 60,
  },
} as const;

/** When an upstream that was asked at these times first had so many queries within a second; milliseconds from the same start. */
export function whenAsked(times: readonly number[], within: number): number {
  const last = times.findIndex((time, index) => index >= within - 1 && time - times[index - within + 1]! <= 1000);
  return last < 0 ? NaN : times[last]!;
}

function figures(what: string, outcomes: readonly Outcome[]): Figures {
  const { answered, most } = summary(outcomes);
  const over = (ms: number): string => percent(outcomes.filter((each) => each.ms > ms).length, outcomes.length);
  return {
    [`${what}: failures`]: `${outcomes.length - answered} of ${outcomes.length}`,
    [`${what}: over 100 ms`]: over(100),
    [`${what}: over 500 ms`]: over(500),
    [`${what}: slowest`]: milliseconds(most),
  };
}

function summary(outcomes: readonly Outcome[]): { answered: number; most: number } {
  return {
    answered: outcomes.filter(({ rcode }) => rcode === noError).length,
    most: Math.max(...outcomes.map(({ ms }) => ms)),
  };
}

function percent(count: number, of: number): string {
  return `${((count / of) * 100).toFixed(1)}%`;
}

function milliseconds(ms: number): string {
  return Number.isNaN(ms) ? 'never' : `${ms.toFixed(0)} ms`;
}
