import type { Directive } from '../corefile/ast.ts';
import type { Problems } from '../corefile/problem.ts';
import type { TableReader } from '../table/reader.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Query } from '../wire/query.ts';

/**
 * What a handler comes to: the length of the reply that it wrote at `query.out[query.outStart]`, 0 for no reply at
 * all, or a promise of that when it has to wait (after `query.hold()`). A promise never rejects but for a defect.
 */
export type Outcome = number | Promise<number>;

/** One link of the chain. It answers, or returns what `next` returns. */
export type Handler = (query: Query) => Outcome;

/**
 * The control half of a directive: reads its lines of one server block, on the main thread, into plain data that can
 * be cloned into a worker. Errors go into `context.problems`; what it returns then is not used.
 */
export interface DirectivePlugin<Config> {
  readonly name: string;
  /** All lines of the directive in this server block, in file order. */
  parse(directives: readonly Directive[], context: ParseContext): Config;
}

export interface ParseContext {
  /** Zones of the server block, lower-case and absolute. */
  readonly zones: readonly string[];
  readonly problems: Problems;
  /** Reads a text file that the Corefile names (resolv.conf); throws as node:fs does. */
  readFile(path: string): string;
}

/** The query half: builds a link of the chain from its config, in a worker, once per server block. */
export interface QueryPlugin<Config> {
  readonly name: string;
  create(config: Config, environment: HandlerEnvironment, next: Handler): Handler;
}

/** What a query half may use. Nothing else of the process is reached for. */
export interface HandlerEnvironment {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Zones of the server block, lower-case and absolute. */
  readonly zones: readonly string[];
  /** A cryptographically random number from 0 to 65535. */
  randomUint16(): number;
  /** The answer table that the main thread fills for the registry of this name. */
  table(name: string): TableReader;
  /** Shared memory that the plugin counts in, where the server block has `prometheus`; `plugin` is its name. */
  counters?(plugin: string): Float64Array | undefined;
  /** Registers what has to be closed when the chain goes out of use; it may finish what is in flight first. */
  onClose(close: () => void | Promise<void>): void;
}
