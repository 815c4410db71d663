import type { Behaviour } from '../support/fake-upstream.ts';
import type { DeliberateDifference } from './deliberate.ts';

/** Cases of one plugin: the same is done to CoreDNS and to this server, and what comes of it is compared. */
export interface PluginCases {
  readonly plugin: string;
  readonly groups?: readonly Group[];
  readonly starts?: readonly StartCase[];
}

/**
 * One Corefile, with which both servers are started, and what is asked of them one after the other. Each question is a case, and so
 * are the log, where `log` or `errors` stand in the Corefile, and the metrics, where `prometheus` does.
 *
 * In the Corefile and the files stand for each server: `%PORT` and `%PORT2` a free port for DNS, `%HTTP` and `%HTTP2` one for HTTP,
 * `%METRICS` one for `prometheus`, `%UPSTREAM` and `%UPSTREAM2` the address of an upstream with its port, `%DIR` the directory of
 * the files.
 */
export interface Group {
  readonly name: string;
  readonly corefile: string;
  /** By name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Zone-file text that `%UPSTREAM` answers from, or what it does; each server has one of its own. */
  readonly upstream?: string | Behaviour;
  readonly upstream2?: string | Behaviour;
  readonly asks: readonly (string | Ask)[];
  /** Replaces in all lines of both. */
  readonly mask?: readonly (readonly [RegExp, string])[];
  /**
   * Compares too what always differs, on purpose, and has cases of its own: RA, the size in the EDNS record of replies, the flags and
   * the EDNS record of queries to upstreams, connections to upstreams over UDP,
   * and the octets of messages in the log.
   */
  readonly detailed?: true;
}

/**
 * A question: `NAME TYPE`, and behind it `+do`, `+edns=SIZE`, `+edns` (1232), `+option=CODE:HEX`, `+nord`, `+cd`, `+ad`,
 * `+class=CH`, `+opcode=N`, `+tcp`, `+port2`, `+from=ADDRESS`, `+silence` (no reply is expected), `+get=PATH` (HTTP, at `%HTTP`).
 */
export interface Ask {
  readonly ask: string;
  /** The order of records means something. */
  readonly ordered?: true;
  /** Records in any order, and names in any case, are not all that chance decides: only these kinds of lines are compared. */
  readonly only?: readonly string[];
  /** Replaces in the lines of both. */
  readonly mask?: readonly (readonly [RegExp, string])[];
  /** Files that are written before it, for both, with the names of ports and upstreams as in the Corefile. */
  readonly write?: Readonly<Record<string, string>>;
  /** Both get SIGUSR1 before it, and have loaded their Corefiles again, or refused to. */
  readonly reloads?: true;
  /** Milliseconds that pass before it: for what depends on time. */
  readonly after?: number;
}

/** A Corefile that both accept or both refuse. */
export interface StartCase {
  readonly name: string;
  readonly corefile: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** What CoreDNS does with it. */
  readonly coreDns: 'starts' | 'refuses';
}

/** Exactly what only one of them has, on purpose. */
export interface Difference {
  readonly why: readonly DeliberateDifference[];
  readonly coreDns: readonly string[];
  readonly ours: readonly string[];
}

/**
 * A server block for all names at `%PORT` of the loopback address. One socket, so that one thread answers: each has a cache and an
 * order of its own.
 */
export function block(lines: string, zones = '.:%PORT'): string {
  return `${zones} {\n    bind 127.0.0.1\n    multisocket 1\n${lines
    .trim()
    .split('\n')
    .map((line) => `    ${line.trim()}\n`)
    .join('')}}\n`;
}
