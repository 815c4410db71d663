import { rcode, rrType } from '../../wire/codes.ts';
import { formatName } from '../../wire/name.ts';
import type { Peer, Query } from '../../wire/query.ts';
import { emptyReply } from '../../wire/reply.ts';
import { isAtOrBelow } from '../../wire/zone-text.ts';
import type { Handler, HandlerEnvironment, QueryHalf } from '../plugin.ts';
import { loopSeries } from './meter.ts';
import { looksLikeProbe, probeZone } from './probe.ts';
import { Prober, retryMs } from './prober.ts';
import { maxUpstreams, sharedLength, SharedState } from './shared-state.ts';

/** When the first probes go out: the sockets of all workers are to be open, so that none comes back to nobody. */
const firstProbesMs = 100;

const offReason = 'what is sent there comes back to this server (plugin loop)';

/** Answers its own probes, wherever they come in, and has the upstream that they went to turned off in all workers. */
export const loopHandler: QueryHalf<object> = {
  keeps: true,
  counterCount: loopSeries.length,
  sharedCount: () => sharedLength,
  create(_config, environment, next) {
    const state = new SharedState(environment.shared);
    let applied = 0;
    const apply = (): void => {
      applied = state.generation;
      applyTo(environment, state);
    };
    startTurns(environment, state, apply);
    const pass = makePass(environment, state, next);
    return (query) => {
      if (state.generation !== applied) apply();
      if (query.type !== rrType.HINFO) return next(query);
      query.readName();
      const index = state.find(query);
      if (index < 0) return looksLikeProbe(query) ? pass(query) : next(query);
      if (state.returned(index)) report(environment, index, query);
      apply();
      return emptyReply(query, rcode.NXDOMAIN);
    };
  },
  // Whoever only looks sends no probes.
  dryRun: (_config, _environment, next) => next,
};

/** Turns the upstreams of this worker off and on as all workers know it. */
function applyTo({ upstreams, counters, worker }: HandlerEnvironment, state: SharedState): void {
  let off = 0;
  for (const [index, upstream] of upstreams.list().slice(0, maxUpstreams).entries()) {
    const isOff = state.isOff(index, upstream.name);
    upstream.turnOff(isOff ? offReason : undefined);
    if (isOff) off++;
  }
  // They are the same ones in all workers.
  if (counters && worker.index === 0) counters[loopSeries.off] = off;
}

/**
 * The probe of another server goes on even where all that it could go to are turned off: of two servers that forward to each other one may
 * have another upstream, and must see that its probes come back. One at a time does so, as it may come back here first.
 */
function makePass({ upstreams }: HandlerEnvironment, state: SharedState, next: Handler): Handler {
  let isPassing = false;
  return (query) => {
    const name = formatName(query.lower);
    const all = [...upstreams.list().entries()].filter(([, { zones }]) =>
      zones.some((zone) => isAtOrBelow(name, zone)),
    );
    const [first] = all;
    if (isPassing || !first || !all.every(([index, each]) => state.isOff(index, each.name))) return next(query);
    isPassing = true;
    return Promise.resolve(first[1].ask(query)).finally(() => (isPassing = false));
  };
}

/** Each worker applies what another has found out, query or not; the first one sends the probes. */
function startTurns(environment: HandlerEnvironment, state: SharedState, apply: () => void): void {
  const prober = environment.worker.index === 0 ? new Prober(state, environment) : undefined;
  const turn = (): void => {
    apply();
    void prober?.turn().then(apply);
    cancel = environment.clock.after(retryMs, turn);
  };
  let cancel = environment.clock.after(firstProbesMs, turn);
  environment.onClose(() => {
    cancel();
    // Those that another configuration keeps are nobody's to turn on any more.
    for (const upstream of environment.upstreams.list()) upstream.turnOff(undefined);
  });
}

/** CoreDNS's line, and what comes of it here. */
function report({ upstreams, zones, counters, logger }: HandlerEnvironment, index: number, query: Query): void {
  if (counters) counters[loopSeries.detected]!++;
  const upstream = upstreams.list()[index];
  const zone = probeZone(zones, upstream?.zones ?? []) ?? zones[0] ?? '.';
  const from = format(query.peer);
  const to = format(query.local);
  const name = upstream?.name ?? 'an upstream';
  const message = `plugin/loop: Loop (${from} -> ${to}) detected for zone "${zone}": what is sent to ${name} comes back, so it gets no queries until that ends. Query: "HINFO ${formatName(query.lower)}"`;
  logger.error(message, { upstream: name, zone, from, to });
}

function format({ address, port, family }: Peer): string {
  return family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}
