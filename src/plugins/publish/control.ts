import { randomInt, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { changeLines } from '../../dynamic-update/change-text.ts';
import { parseRemovalLimit } from '../../dynamic-update/removal-limit.ts';
import { PluginError, type Control, type Host } from '../control.ts';
import type { Publishing, PublishOptions } from '../publishing.ts';
import type { Use } from '../plugin.ts';
import type { PublishConfig, PublishTarget } from './config.ts';
import { leaderElector } from './lease.ts';
import { publishFamilies, type PublishedLine } from './metrics.ts';
import { PublishLoop } from './publish-loop.ts';
import { ZonePublisher, type ZonePass } from './zone-publisher.ts';

/** Publishes the hosts of the registry of the same server block. */
export function publishControl(uses: readonly Use<PublishConfig>[], host: Host): Control {
  const [use] = uses;
  const { block, config } = use!;
  const abort = new AbortController();
  const lines = config.targets.map((target) => runningLine(target, block, host, abort.signal));
  return {
    start() {
      if (!host.publicHosts(block))
        throw new PluginError(use!, 'publish needs serviceentry in its server block: its hosts are what is published');
    },
    load() {
      // Nothing waits for other name servers; after a reload the one before ends first.
      const start = (): void => {
        if (!abort.signal.aborted) for (const line of lines) line.start();
      };
      if (host.inPlace) void host.inPlace.then(start);
      else if (!host.isReadOnly) start();
      return Promise.resolve();
    },
    async publish(options) {
      if (!options.until) return publishOnce(config.targets, block, host, options, abort.signal);
      for (const line of lines) line.start();
      await options.until;
      return { changes: 0, failures: [] };
    },
    metrics: () => publishFamilies(lines),
    async stop() {
      const stopping = lines.map((line) => line.stop());
      abort.abort();
      await Promise.all(stopping);
    },
  };
}

interface RunningLine extends PublishedLine {
  start(): void;
  stop(): Promise<void>;
}

/** One line at work. */
function runningLine(target: PublishTarget, block: number, host: Host, signal: AbortSignal): RunningLine {
  const { clock, logger } = host;
  const random = Math.random;
  // The holder's name is for people; what makes it unique is the rest.
  const identity = `${hostname()}_${randomUUID()}`;
  const elector = target.lease && leaderElector(target.lease, identity, host, random, () => loop.wake());
  const isLeader = (): boolean => elector?.isLeader ?? true;
  const publisher = new ZonePublisher({ ...parts(target, host, signal), mayWrite: isLeader });
  const hosts = (): ReturnType<Host['publicHosts']> => host.publicHosts(block);
  const loop = new PublishLoop({ target, publisher, hosts, isLeader, clock, logger, random });
  return {
    target,
    publisher,
    isLeader,
    start() {
      elector?.start();
      loop.start();
    },
    /** The lease is given back when nothing is under way any more. */
    async stop() {
      await loop.stop();
      await elector?.stop();
    },
  };
}

function parts(target: PublishTarget, host: Host, signal: AbortSignal) {
  const readFile = (path: string): string => host.readFile(path);
  return { target, clock: host.clock, readFile, randomUint16: () => randomInt(65_536), signal };
}

/** One comparison of all zones. A lease is not asked for: whoever runs the command by hand means it. */
async function publishOnce(
  targets: readonly PublishTarget[],
  block: number,
  host: Host,
  { isDryRun, maxRemovals, print }: PublishOptions,
  signal: AbortSignal,
): Promise<Publishing> {
  const hosts = host.publicHosts(block);
  const limit = maxRemovals === undefined ? undefined : parseRemovalLimit(maxRemovals);
  if (maxRemovals !== undefined && !limit) throw new Error(`'${maxRemovals}' is no limit; expected N or N%`);
  if (!hosts) throw new Error('publish needs serviceentry in its server block');
  const passes: ZonePass[] = [];
  for (const target of targets) {
    const own = { ...target, isDryRun: isDryRun || target.isDryRun, maxRemovals: limit ?? target.maxRemovals };
    const publisher = new ZonePublisher({ ...parts(own, host, signal), mayWrite: () => true });
    const done = await publisher.compare(hosts);
    passes.push(...done);
    for (const pass of done) if (pass.changes.length > 0) print(`; zone ${pass.zone}\n`);
    for (const line of changeLines(done.flatMap(({ changes }) => changes))) print(`${line}\n`);
    for (const [reason, count] of publisher.skipped)
      print(`; ${count} ${count === 1 ? 'host is' : 'hosts are'} in none of the zones: ${reason}\n`);
  }
  const refusals = passes.flatMap(({ zone, refused }) =>
    Array.from(refused, ([name, text]) => `${zone} ${name} is left out: the server says ${text}`),
  );
  const errors = passes.flatMap(({ zone, error }) => (error ? [`${zone} ${error.message}`] : []));
  const changes = passes.flatMap((pass) => pass.changes.flatMap((each) => each.changes)).length;
  return { changes, failures: [...errors, ...refusals] };
}
