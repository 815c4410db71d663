import type { ForwardConfig } from '../../plugins/forward/config.ts';
import { formatUpstream } from '../../plugins/forward/config.ts';
import { asksForResolver, resolverRecords, resolverReply } from '../../plugins/forward/local/resolver-arpa.ts';
import { SpecialUseNames, specialUseReply } from '../../plugins/forward/local/special-use-names.ts';
import { isBelowAny } from '../../plugins/forward/zone-match.ts';
import type { Handler, HandlerEnvironment } from '../../plugins/plugin.ts';
import { SubQuery } from '../../plugins/serviceentry/reply/sub-query.ts';
import type { TableReader } from '../../table/reader.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import { defaultUdpPayload, headerFlag, maxMessageSize, rcode, typeName } from '../../wire/codes.ts';
import { messageText, type MessageText } from './message-text.ts';
import { encodeQuestion } from '../../wire/message.ts';
import { encodeName, formatName } from '../../wire/name.ts';
import { Query } from '../../wire/query.ts';
import { emptyReply } from '../../wire/reply.ts';
import { Dispatcher } from '../worker/dispatcher.ts';
import { buildChain } from '../worker/chain.ts';
import type { BlockConfig } from '../config.ts';
import { makeCounters } from '../counters.ts';

/** What the chain is built with. */
export interface AskEnvironment {
  readonly clock: Clock;
  readonly hashSeed: number;
  randomUint16(): number;
  table(name: string): TableReader;
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

/** Plugins that send queries to other servers, and write what passes to the log: they are not to do so now. */
const logPlugins: readonly string[] = ['log', 'errors'];

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
  const closers: (() => void | Promise<void>)[] = [];
  const plugins = block.plugins.filter(({ name }) => !logPlugins.includes(name));
  const chainEnvironment: HandlerEnvironment = {
    clock: environment.clock,
    logger: silentLogger,
    zones: block.zones,
    randomUint16: () => environment.randomUint16(),
    table: (name) => environment.table(name),
    onClose: (close) => closers.push(close),
  };
  const watchForward = (config: ForwardConfig, real: Handler | undefined, next: Handler): Handler => {
    const routes = config.lines.map((line) => ({
      from: line.from.map((zone) => encodeName(zone)!),
      except: line.except.map((zone) => encodeName(zone)!),
      specialNames: new SpecialUseNames(line, block.zones),
      to: line.upstreams.map(formatUpstream),
    }));
    const records = resolverRecords(config);
    return (query) => {
      query.readName();
      if (asksForResolver(query)) return resolverReply(query, records);
      const route = routes.find(({ from, except }) => isBelowAny(query, from) && !isBelowAny(query, except));
      if (!route) return next(query);
      const special = route.specialNames.find(query);
      if (special) return specialUseReply(query, special);
      const name = formatName(query.lower);
      const type = typeName(query.type);
      const isSub = query instanceof SubQuery;
      forwarded.set(`${name} ${type}`, { plugin: 'forward', to: route.to, name, type, isSub });
      if (real) return real(query);
      return upstream === 'nxdomain' ? emptyReply(query, rcode.NXDOMAIN) : 0;
    };
  };
  const chain = buildChain({ ...block, plugins }, chainEnvironment, (name, config, create) => {
    if (name !== 'forward') return create;
    return (next) => watchForward(config as ForwardConfig, upstream === 'resolve' ? create(next) : undefined, next);
  });
  try {
    const dispatcher = new Dispatcher([['.', chain]], new Float64Array(makeCounters()), silentLogger);
    const { reply, isCut } = await exchange(dispatcher, question, environment.hashSeed, 'tcp');
    const isSmall = reply.length <= defaultUdpPayload;
    const overUdp = isSmall ? undefined : await exchange(dispatcher, question, environment.hashSeed, 'udp');
    return {
      reply: reply.length === 0 ? undefined : messageText(reply),
      forwarded: [...forwarded.values()],
      isCut,
      isCutOverUdp: overUdp !== undefined && overUdp.reply.length > 0 && (overUdp.reply[2]! & headerFlag.TC) !== 0,
    };
  } finally {
    for (const close of closers) await close();
  }
}

async function exchange(
  dispatcher: Dispatcher,
  question: Question,
  seed: number,
  transport: 'udp' | 'tcp',
): Promise<{ reply: Uint8Array; isCut: boolean }> {
  const query = new Query(seed);
  query.bytes = encodeQuestion(encodeName(question.name)!, question.type);
  query.end = query.bytes.length;
  query.out = new Uint8Array(maxMessageSize);
  query.transport = transport;
  query.peer = { address: question.client, port: 0, family: question.clientFamily };
  query.local = { address: question.clientFamily === 4 ? '127.0.0.1' : '::1', port: 53, family: question.clientFamily };
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
