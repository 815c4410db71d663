import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { formatProblem, type Problem } from '../corefile/problem.ts';
import { makePlugins } from '../plugins/plugins.ts';
import { systemClock, type Clock } from '../runtime/clock.ts';
import { ownCpuCount } from '../runtime/tuning/cpus.ts';
import { compactWhenQuiet } from '../runtime/tuning/compact-when-quiet.ts';
import { collectWithoutHelpers, compactHeap, keepYoungGenerationSmall } from '../runtime/tuning/heap.ts';
import { controlPlanePriority, threadIds } from '../runtime/tuning/priority.ts';
import { enabledTunings } from '../runtime/tuning/switches.ts';
import type { Logger } from '../runtime/logger.ts';
import { makeLogger } from '../runtime/make-logger.ts';
import { makeThreadPool } from '../runtime/thread-pool.ts';
import { errorMessage } from '../runtime/errors.ts';
import { withHint } from '../server/hint.ts';
import { fileLimit, fileLimitWarning, threadLimitWarning } from '../server/control/process-limits.ts';
import { usesOf } from '../server/config.ts';
import { RunningServer } from '../server/control/server.ts';
import { banner, bannerFields, statusLine } from './banner.ts';
import type { ProcessParts } from './command.ts';
import { CorefileLoader } from './corefile-loader.ts';
import { write } from './output.ts';
import type { ServerFlags } from './server-command.ts';
import type { ServiceManager } from './service-manager.ts';
import { commit, version } from './version.ts';

/** Runs the server until a signal ends it, or checks its Corefile. Resolves with the exit code: 1 where it could not run. */
export async function serve(flags: ServerFlags, parts: ProcessParts): Promise<number> {
  try {
    return await run(flags, parts);
  } catch (error) {
    const message = withHint(errorMessage(error));
    if (flags.logFormat === 'text') process.stderr.write(`${message}\n`);
    else {
      const logger = errorLogger();
      logger.error(message);
      logger.flush();
    }
    return 1;
  }
}

async function run(flags: ServerFlags, { hashSeed, signals }: ProcessParts): Promise<number> {
  const corefile = new CorefileLoader(flags.conf, flags.port, process.env);
  const { problems, config } = corefile.first;
  reportProblems(problems.sorted(), flags);
  if (problems.omitted > 0 && flags.logFormat === 'text') process.stderr.write(`and ${problems.omitted} more\n`);
  if (problems.hasErrors) return 1;
  if (flags.check) {
    for (const plugin of makePlugins()) {
      for (const use of usesOf(config, plugin.name)) {
        for (const text of (await plugin.missing?.(use.config)) ?? []) {
          process.stderr.write(`warning: ${plugin.name}: ${text}\n`);
        }
      }
    }
    await write('The Corefile is valid.\n');
    return 0;
  }
  // From here on a signal ends what has been started, even if that is not all yet.
  const signalled = nextSignal();
  let isSignalled = false as boolean;
  void signalled.then(() => (isSignalled = true));
  const tunings = enabledTunings(process.env);
  if (tunings.has('young-generation')) keepYoungGenerationSmall();
  if (tunings.has('gc-helpers')) collectWithoutHelpers();
  const clock = systemClock;
  let droppedLogLines = 0;
  const logger = makeLogger(flags.logFormat, config.debug, clock, () => droppedLogLines++);
  if (corefile.isBuiltIn)
    logger.info(
      `there is no Corefile in ${process.cwd()}: queries are answered with the address of who asks; -conf names one`,
    );
  warnOfLimits(logger);
  await makeThreadPool();
  const lowerControlPlane = controlPlanePriority();
  const server = await RunningServer.start(config, {
    clock,
    logger,
    logFormat: flags.logFormat,
    interfaces: networkInterfaces,
    hashSeed,
    cpus: ownCpuCount(),
    canReusePort: process.platform === 'linux' && hasReusePort(process.versions.node),
    fileLimit: fileLimit(ownLimits()),
    version,
    commit,
    droppedLogLines: () => droppedLogLines,
    interrupted: signalled,
    corefile,
    setDebug: (isOn) => (logger.debugs = isOn),
  });
  // One that came while the server was starting means that what it was started with may be old.
  const manager = await serviceManager(clock, logger);
  signals.handle((name) => {
    if (name === 'SIGUSR1') void reload(server, manager);
    else logger.info(`${name}: ignored; nothing is done on it`);
  });
  // Queries are answered by workers: a defect of a plugin's event takes nothing with it.
  process.on('uncaughtException', (error) => server.recover(error));
  if (tunings.has('priority')) lowerControlPlane();
  try {
    if (flags.pidfile !== undefined) writeFileSync(flags.pidfile, `${process.pid}\n`);
  } catch (error) {
    await server.stop();
    throw new Error(`cannot write the pidfile: ${errorMessage(error)}`, { cause: error });
  }
  manager?.ready(statusLine(server));
  manager?.watch(process.env, process.pid);
  const showsBanner = !flags.quiet && !isSignalled;
  if (showsBanner && flags.logFormat === 'json') logger.info(`serviceentry-dns-${version}`, bannerFields(server));
  logger.flush();
  if (showsBanner && flags.logFormat === 'text') process.stdout.write(banner(server, version));
  // The sockets belong to workers; this keeps the main thread until a signal comes.
  const alive = setInterval(() => undefined, 2 ** 30);
  const stopCompacting = tunings.has('compact-heap')
    ? compactWhenQuiet(clock, () => server.changes, compactHeap)
    : () => undefined;
  const signal = await signalled;
  stopCompacting();
  clearInterval(alive);
  manager?.stopping();
  logger.info(`${signal}: Shutting down servers then terminating`);
  await server.shutDown();
  if (flags.pidfile !== undefined) rmSync(flags.pidfile, { force: true });
  logger.flush();
  return 0;
}

/** `undefined` where the process is no service of systemd, or one that need not say that it is ready. */
async function serviceManager(clock: Clock, logger: Logger): Promise<ServiceManager | undefined> {
  const address = process.env.NOTIFY_SOCKET;
  if (address === undefined || address === '') return undefined;
  const { ServiceManager, sendTo } = await import('./service-manager.ts');
  try {
    return new ServiceManager(sendTo(address), clock, logger);
  } catch (error) {
    logger.error(`systemd cannot be told that the server is ready: ${errorMessage(error)}`);
    return undefined;
  }
}

async function reload(server: RunningServer, manager: ServiceManager | undefined): Promise<void> {
  manager?.reloading();
  await server.reloader.signalled();
  const failure = server.reloader.hasFailed ? 'The last reload failed, see the log; ' : '';
  manager?.ready(`${failure}${statusLine(server)}`);
}

/** Says what is wrong with the Corefile, on standard error, in the form of the log. */
function reportProblems(problems: readonly Problem[], { logFormat }: ServerFlags): void {
  if (logFormat === 'text') {
    for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`);
    return;
  }
  const logger = errorLogger();
  for (const { code, severity, message, position } of problems) {
    logger[severity](message, { code, file: position.file, line: position.line, column: position.column });
  }
  logger.flush();
}

/** For what is said before there is a server, or in place of it, in JSON. */
function errorLogger(): Logger {
  return makeLogger('json', false, systemClock, undefined, 2);
}

function warnOfLimits(logger: Logger): void {
  const limits = ownLimits();
  for (const warning of [fileLimitWarning(limits), threadLimitWarning(limits, threadIds().length)]) {
    if (warning !== undefined) logger.warning(warning);
  }
  // There may be no other occasion.
  logger.flush();
}

/** '' where the system does not tell. */
function ownLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}

/** The first SIGTERM or SIGINT. A SIGINT behind it ends the process at once, as in CoreDNS. */
export function nextSignal(): Promise<string> {
  return new Promise((resolve) => {
    let isFirst = true;
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.on(name, () => {
        if (!isFirst && name === 'SIGINT') process.exit(2);
        isFirst = false;
        resolve(name);
      });
    }
  });
}

/** `reusePort` came with Node 22.12 and 23.1; before that it is ignored in silence. */
export function hasReusePort(nodeVersion: string): boolean {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}
