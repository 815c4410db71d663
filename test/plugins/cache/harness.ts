import { defaultConfig, type CacheConfig } from '../../../src/plugins/cache/config.ts';
import { cacheHandler } from '../../../src/plugins/cache/handler.ts';
import { cacheSeries } from '../../../src/plugins/cache/meter.ts';
import type { Handler } from '../../../src/plugins/plugin.ts';
import { optRecordSize } from '../../../src/wire/codes.ts';
import { writeOpt } from '../../../src/wire/edns.ts';
import type { Query } from '../../../src/wire/query.ts';
import { viewOf } from '../../../src/wire/words.ts';
import { decodeMessage, type DnsMessage } from '../../support/dns-message.ts';
import { makeEnvironment, type TestEnvironment } from '../../support/plugin.ts';
import { makeQuery, replyBytes, type QueryOptions, type TypeOption } from '../../support/query.ts';
import { encodeRecord, parseRecord, zoneLines } from '../../support/zone-text.ts';

const codes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, YXDOMAIN: 6 } as const;

/** A reply of the next plugin; the sections are lines of zone-file text. */
export interface Reply {
  readonly code?: keyof typeof codes;
  /** `aa`, `ad`, `tc`; QR is set, RA is not. */
  readonly flags?: string;
  readonly answer?: string;
  readonly authority?: string;
  readonly additional?: string;
  /** Options of its OPT record, which it has where the query has one. */
  readonly options?: Uint8Array;
}

/** The octets of a reply to the query, without compression. */
export function encodeReply(query: Query, reply: Reply): Uint8Array {
  const { code = 'NOERROR', flags = '', options = new Uint8Array(0) } = reply;
  const sections = [reply.answer, reply.authority, reply.additional].map((text = '') => zoneLines(text));
  const records = sections.flat().map((line) => encodeRecord(parseRecord(line)));
  const opt = new Uint8Array(query.edns ? optRecordSize + options.length : 0);
  if (query.edns) {
    writeOpt(viewOf(opt), 0, 1232, 0, query.dnssecOk);
    viewOf(opt).setUint16(optRecordSize - 2, options.length);
    opt.set(options, optRecordSize);
  }
  const message = Buffer.concat([query.bytes.subarray(query.start, query.questionEnd), ...records, opt]);
  const has = (flag: string): boolean => flags.split(' ').includes(flag);
  message[2] = 0x80 | (message[2]! & 0x01) | (has('aa') ? 0x04 : 0) | (has('tc') ? 0x02 : 0);
  message[3] = (message[3]! & 0x10) | (has('ad') ? 0x20 : 0) | codes[code];
  sections.forEach((lines, i) => message.writeUInt16BE(lines.length, 6 + 2 * i));
  if (query.edns) message.writeUInt16BE(sections[2]!.length + 1, 10);
  return Uint8Array.from(message);
}

/** A query that waits in the next plugin. */
export interface Waiting {
  readonly query: Query;
  reply(reply: Reply | Uint8Array): void;
}

/** A chain of cache and a next plugin that answers as the test says, on a clock that stands still. */
export class Harness {
  readonly environment: TestEnvironment;
  readonly counters = new Float64Array(cacheSeries.length);
  readonly handler: Handler;
  /** What the next plugin answers with; `undefined`: it waits, in `waiting`. */
  answer: ((query: Query) => Reply | Uint8Array | number) | undefined;
  readonly waiting: Waiting[] = [];
  /** Queries that have come to the next plugin. */
  asked = 0;

  constructor(config: Partial<CacheConfig> = {}, answer?: Harness['answer']) {
    this.answer = answer;
    const environment = { ...makeEnvironment(), counters: this.counters };
    this.environment = environment;
    this.handler = cacheHandler.create({ ...defaultConfig, ...config }, environment, (query) => this.#next(query));
  }

  get clock(): TestEnvironment['clock'] {
    return this.environment.clock;
  }

  count(name: keyof typeof cacheSeries, slot = 0): number {
    return this.counters[cacheSeries[name] + slot]!;
  }

  /** The reply to a query, as an independent reader sees it; the one that came at once, or the one that was waited for. */
  async ask(name: string, type: TypeOption = 'A', options: QueryOptions = {}): Promise<DnsMessage> {
    return decodeMessage(await this.askBytes(makeQuery(name, type, options)));
  }

  async askBytes(query: Query): Promise<Uint8Array> {
    return replyBytes(query, await this.handler(query));
  }

  #next(query: Query): number | Promise<number> {
    this.asked++;
    const { answer } = this;
    if (answer === undefined) {
      query.hold();
      return new Promise((resolve) => {
        this.waiting.push({ query, reply: (reply) => resolve(put(query, reply)) });
      });
    }
    const reply = answer(query);
    if (typeof reply === 'number') return reply;
    query.hold();
    return Promise.resolve(put(query, reply));
  }
}

function put(query: Query, reply: Reply | Uint8Array): number {
  query.out = reply instanceof Uint8Array ? reply : encodeReply(query, reply);
  query.outStart = 0;
  return query.out.length;
}

/** Lets everything that needs no time happen. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

export const soa = 'example.org. 300 IN SOA ns.example.org. admin.example.org. 1 2 3 4 60';
