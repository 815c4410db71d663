import { rcode } from '../../wire/codes.ts';
import { emptyReply } from '../../wire/reply.ts';
import type { BlockUpstream } from '../block-upstreams.ts';
import type { Handler, HandlerEnvironment, QueryHalf } from '../plugin.ts';
import {
  type ForwardConfig,
  type ForwardLine,
  formatUpstream,
  type LineState,
  type PublishedLines,
  slotsOf,
} from './config.ts';
import { sharedPerLine } from './query/concurrency-limit.ts';
import { Deadlines } from './query/deadlines.ts';
import { ForwardGroup } from './query/forward-group.ts';
import { InFlightLimit } from './query/in-flight-limit.ts';
import { forwardSeriesLength } from './meter.ts';
import { asksForResolver, resolverRecords, resolverReply } from './local/resolver-arpa.ts';
import { makeRoutes, type Sender } from './routes.ts';

export const forwardHandler: QueryHalf<ForwardConfig> = {
  isRecursive: true,
  keeps: true,
  counterCount: forwardSeriesLength,
  sharedCount: ({ lines }, workers) => lines.length * sharedPerLine(workers),
  create: (config, environment, next) => routed(config, environment, next, groupsOf(config, environment)),
  dryRun(config, environment, next, run) {
    const groups = run.upstream === 'resolve' ? groupsOf(config, environment) : undefined;
    const shown = config.lines.map(shownTargets);
    onChanged(environment, (index, state) => (shown[index] = state.shown));
    const senders = config.lines.map((_, line): Sender => ({
      forward(query) {
        run.report(query, shown[line]!);
        if (groups) return groups[line]!.forward(query);
        return run.upstream === 'nxdomain' ? emptyReply(query, rcode.NXDOMAIN) : 0;
      },
    }));
    return routed(config, environment, next, senders);
  },
};

/** The upstreams of each line. */
function groupsOf({ lines }: ForwardConfig, environment: HandlerEnvironment): readonly ForwardGroup[] {
  const deadlines = new Deadlines(environment.clock);
  const { clock, logger, connectUdp, worker, counters: memory } = environment;
  const randomUint16 = (): number => environment.randomUint16();
  const inFlight = new InFlightLimit(worker.count, Math.max(0, ...lines.map(({ maxConcurrent = 0 }) => maxConcurrent)));
  let upstreamsBefore = 0;
  const groups = lines.map((line, index) => {
    const length = sharedPerLine(worker.count);
    const shared = environment.shared.subarray(index * length, (index + 1) * length);
    const metrics = memory && { memory, upstreamsBefore };
    upstreamsBefore += slotsOf(line);
    return new ForwardGroup(line, {
      clock,
      logger,
      deadlines,
      connectUdp,
      randomUint16,
      shared,
      worker: worker.index,
      inFlight,
      metrics,
    });
  });
  onChanged(environment, (index, state) => groups[index]?.useState(state));
  environment.upstreams.add(() => groups.flatMap(blockUpstreams));
  environment.onClose(async () => {
    await Promise.all(groups.map((group) => group.close()));
    deadlines.clear();
  });
  return groups;
}

/** Calls back with each line that is another one now, as the control half has found. */
function onChanged(environment: HandlerEnvironment, use: (index: number, state: LineState) => void): void {
  environment.onPublished((data) => {
    for (const [index, state] of data as PublishedLines) use(index, state);
  });
}

/** The servers of a line as the Corefile names them. */
function shownTargets({ upstreams, sources }: ForwardLine): readonly string[] {
  if (!sources) return upstreams.map(formatUpstream);
  return sources.targets.flatMap((target) => {
    if (target.kind === 'address') return formatUpstream(target.upstream);
    return target.kind === 'name'
      ? `${target.server.name}:${target.server.port}`
      : target.found.upstreams.map(formatUpstream);
  });
}

/** The upstreams of a line, for the other plugins of the block. */
function blockUpstreams(group: ForwardGroup): BlockUpstream[] {
  return group.upstreams.map((upstream) => ({
    name: upstream.name,
    zones: group.line.from,
    ask: (query) => group.askOnly(upstream, query),
    turnOff: (reason) => group.turnOff(upstream, reason),
  }));
}

/**
 * Sends the names that a line takes to its upstreams; all others go to the next plugin. Only what clients ask about their resolver
 * itself, and special-use names, are answered here.
 */
function routed(
  config: ForwardConfig,
  environment: HandlerEnvironment,
  next: Handler,
  senders: readonly Sender[],
): Handler {
  const routes = makeRoutes(config, environment.zones, senders);
  const records = resolverRecords(config);
  return (query) => {
    query.readName();
    if (asksForResolver(query)) return resolverReply(query, records);
    return routes(query) ?? next(query);
  };
}
