import type { DryRun } from '../../plugins/plugin.ts';
import type { Plugins } from '../../plugins/plugins.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import { connectDgram } from '../../sockets/connect-dgram.ts';
import type { TableHandle } from '../../table/layout.ts';
import { TableReader } from '../../table/reader.ts';
import { defaultUdpPayload, headerFlag, maxMessageSize } from '../../wire/codes.ts';
import { typeName } from '../../wire/record-types.ts';
import { encodeQuestion } from '../../wire/message.ts';
import { messageText, type MessageText } from '../../wire/message-text.ts';
import { encodeName, formatName } from '../../wire/name.ts';
import { Query } from '../../wire/query.ts';
import { makeCounters } from '../counters.ts';
import { settingsOf, type BlockConfig } from '../config.ts';
import { BlockChain } from '../worker/chain.ts';
import { Dispatcher } from '../worker/dispatcher.ts';

/** What the chain is built with. */
export interface AskEnvironment {
  readonly plugins: Plugins;
  readonly clock: Clock;
  readonly hashSeed: number;
  randomUint16(): number;
  /** A table of the control half of an instance of a plugin. */
  table(instance: number, name: string): TableHandle;
  /** What the control half of an instance of a plugin has published. */
  published(instance: number): unknown;
}

export interface Question {
  /** Presentation form, with its case. */
  readonly name: string;
  readonly type: number;
  /** IP address that the query comes from. */
  readonly client: string;
  readonly clientFamily: 4 | 6;
}

/** A query that would go to another server. */
export interface Forwarded {
  readonly plugin: string;
  readonly to: readonly string[];
  readonly name: string;
  readonly type: string;
  /** It would be made for an endpoint that is a host name. */
  readonly isSub: boolean;
}

export interface AskResult {
  /** `undefined` where the whole query would be forwarded. */
  readonly reply: MessageText | undefined;
  readonly forwarded: readonly Forwarded[];
  /** Not all fits the largest message. */
  readonly isCut: boolean;
  /** Not all fits over UDP with EDNS: the reply says TC. */
  readonly isCutOverUdp: boolean;
}

/**
 * Asks the very chain of a block, in this process. `upstream` says what becomes of a query that is to be forwarded: `none`
 * gives no reply, `nxdomain` plays a server that knows nothing of it, and `resolve` really asks.
 */
export async function askChain(
  block: BlockConfig,
  question: Question,
  environment: AskEnvironment,
  upstream: 'none' | 'nxdomain' | 'resolve',
): Promise<AskResult> {
  const forwarded = new Map<string, Forwarded>();
  let clientQuery: Query | undefined;
  const chain = chainOf(block, environment, (plugin) => ({
    upstream,
    report(query, to) {
      const name = formatName(query.lower);
      const type = typeName(query.type);
      forwarded.set(`${name} ${type}`, { plugin, to, name, type, isSub: query !== clientQuery });
    },
  }));
  try {
    // The block was chosen before.
    const { handler, recursionAvailable, collect, tables } = chain;
    const asked = { handler, recursionAvailable, collect, tables };
    const dispatcher = new Dispatcher([['.', asked]], new Float64Array(makeCounters()), silentLogger);
    const { reply, isCut } = await exchange(dispatcher, (clientQuery = queryOf(question, environment.hashSeed, 'tcp')));
    const isSmall = reply.length <= defaultUdpPayload;
    const overUdp = isSmall
      ? undefined
      : await exchange(dispatcher, (clientQuery = queryOf(question, environment.hashSeed, 'udp')));
    return {
      reply: reply.length === 0 ? undefined : messageText(reply),
      forwarded: [...forwarded.values()],
      isCut,
      isCutOverUdp: overUdp !== undefined && overUdp.reply.length > 0 && (overUdp.reply[2]! & headerFlag.TC) !== 0,
    };
  } finally {
    await chain.close();
  }
}

/** Whether the view of a block, where it has one, lets the question pass. */
export function takesQuestion(block: BlockConfig, question: Question, environment: AskEnvironment): boolean {
  if (settingsOf(block).view === undefined) return true;
  const chain = chainOf(block, environment, () => ({ upstream: 'none', report: () => undefined }));
  const query = queryOf(question, environment.hashSeed, 'udp');
  query.prepare();
  chain.collect?.(query);
  const isTaken = chain.filter?.(query) ?? true;
  void chain.close();
  return isTaken;
}

function chainOf(block: BlockConfig, environment: AskEnvironment, dryRun: (plugin: string) => DryRun): BlockChain {
  return new BlockChain(block, {
    plugins: environment.plugins,
    clock: environment.clock,
    logger: silentLogger,
    zones: block.zones,
    randomUint16: () => environment.randomUint16(),
    connectUdp: connectDgram,
    table: (name, { instance }) => new TableReader(environment.table(instance, name)),
    onPublished({ instance }, listener) {
      const data = environment.published(instance);
      if (data !== undefined) listener(data);
      return () => undefined;
    },
    dryRun,
  });
}

function queryOf(question: Question, hashSeed: number, transport: 'udp' | 'tcp'): Query {
  const query = new Query(hashSeed);
  query.bytes = encodeQuestion(encodeName(question.name)!, question.type);
  query.end = query.bytes.length;
  query.out = new Uint8Array(maxMessageSize);
  query.transport = transport;
  query.peer = { address: question.client, port: 0, family: question.clientFamily };
  query.local = { address: question.clientFamily === 4 ? '127.0.0.1' : '::1', port: 53, family: question.clientFamily };
  return query;
}

async function exchange(dispatcher: Dispatcher, query: Query): Promise<{ reply: Uint8Array; isCut: boolean }> {
  const length = await dispatcher.answer(query);
  return { reply: query.out.slice(query.outStart, query.outStart + length), isCut: query.isCut };
}

const silentLogger: Logger = {
  debugs: false,
  debug: () => undefined,
  info: () => undefined,
  warning: () => undefined,
  error: () => undefined,
  flush: () => undefined,
};
