/** With fewer, clients over TCP may miss the rest of their 1,000 connections. */
const enoughFiles = 1024;
/** What one socket for streams and one HTTP server may have, however many files there are, and however few. */
const streamConnections = { most: 1000, fewest: 4 } as const;
const httpConnections = { most: 512, fewest: 4 } as const;
/** What is open where nobody is connected: in the process, and in each worker. */
const ownFiles = 32;
const filesOfWorker = 8;
/** Those that Node makes when the first file is looked at, and one worker. */
const moreThreads = 4 + 1;

/**
 * What to warn of where the process may open few files and sockets; `undefined` where they are enough or the system does
 * not tell (`limits` is the text of /proc/self/limits). It is said at the start, because later only a metric
 * tells.
 */
export function fileLimitWarning(limits: string): string | undefined {
  const limit = softLimit(limits, 'Max open files');
  if (!(limit < enoughFiles)) return undefined;
  return `only ${limit} files and sockets may be open at a time, and half of those that the server itself does not need are for TCP connections: where these are taken, the idlest makes room; raise the limit to ${enoughFiles} or more (ulimit -n, LimitNOFILE of systemd)`;
}

export interface Sockets {
  readonly workers: number;
  /** Of each worker. */
  readonly streamSockets: number;
  readonly httpServers: number;
}

/** Of each socket for streams, and of each HTTP server. */
export interface ConnectionLimits {
  readonly stream: number;
  readonly http: number;
}

/** How many files and sockets the process may have open; Infinity where the system sets no limit or does not tell. */
export function fileLimit(limits: string): number {
  const limit = softLimit(limits, 'Max open files');
  return Number.isNaN(limit) ? Infinity : limit;
}

/**
 * How many connections each socket for streams may have, and each HTTP server: of the files that the process does not need for
 * itself half are for clients over TCP and TLS, and an eighth is for those of HTTP. So what clients open leaves room for what
 * the server opens for them: sockets to upstreams, files, connections to API servers.
 */
export function connectionLimits(files: number, { workers, streamSockets, httpServers }: Sockets): ConnectionLimits {
  const free = files - ownFiles - filesOfWorker * workers;
  return {
    stream: clamp(free / 2 / (workers * streamSockets), streamConnections),
    http: clamp(free / 8 / httpServers, httpConnections),
  };
}

function clamp(count: number, { most, fewest }: { readonly most: number; readonly fewest: number }): number {
  return Math.max(fewest, Math.min(most, Math.floor(count)));
}

/**
 * The same of threads, where the user may not have as many as the process needs at least, beside those that it has
 * (`ownThreads`). Node ends the process without a word where it cannot make its own, so it must be said before. Root may have
 * more all the same, and what else the user runs is not counted: no warning does not mean that they are enough.
 */
export function threadLimitWarning(limits: string, ownThreads: number): string | undefined {
  const limit = softLimit(limits, 'Max processes');
  const needed = ownThreads + moreThreads;
  if (!(limit < needed)) return undefined;
  return `only ${limit} threads and processes of this user may run, and ${needed} are needed here: the process may end without another word; raise the limit (ulimit -u, LimitNPROC of systemd)`;
}

/** NaN where there is none. */
function softLimit(limits: string, name: string): number {
  return Number(new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(limits)?.[1] ?? NaN);
}
