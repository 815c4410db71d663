import { setImmediate as turn } from 'node:timers/promises';
import { defaultConfig } from '../../../src/plugins/cache/config.ts';
import { cacheHandler } from '../../../src/plugins/cache/handler.ts';
import type { ForwardLine } from '../../../src/plugins/forward/config.ts';
import { forwardHandler } from '../../../src/plugins/forward/handler.ts';
import type { Handler } from '../../../src/plugins/plugin.ts';
import { connectDgram } from '../../../src/sockets/connect-dgram.ts';
import type { ConnectUdp } from '../../../src/sockets/connect-udp.ts';
import type { Query } from '../../../src/wire/query.ts';
import type { FakeClock } from '../../support/fake-clock.ts';
import { makeEnvironment, type TestEnvironment } from '../../support/plugin.ts';
import { replyBytes } from '../../support/query.ts';
import { encodeRecord, parseRecord, zoneLines } from '../../support/zone-text.ts';

/** No query may take longer, in ms: the 5 s of `forward`, and how late that may be noticed. */
const longestMs = 5100;
/** Turns of the event loop in which all that was sent on this machine has come. */
const turns = 25;

/** The chain cache → forward, on a clock that goes on when nothing else happens. */
export class CachedForward {
  readonly clock: FakeClock;
  readonly handler: Handler;
  readonly #environment: TestEnvironment;

  constructor(forwardLine: ForwardLine, connectUdp: ConnectUdp = connectDgram) {
    this.#environment = { ...makeEnvironment(), zones: ['.'], connectUdp };
    this.clock = this.#environment.clock;
    const forward = forwardHandler.create({ lines: [forwardLine] }, this.#environment, () => 0);
    this.handler = cacheHandler.create(defaultConfig, this.#environment, forward);
  }

  /** What was logged. */
  get messages(): readonly string[] {
    return this.#environment.logger.lines.map(({ message }) => message);
  }

  /** The octets of the reply; throws where it takes too long. */
  async ask(query: Query): Promise<Uint8Array> {
    const { clock } = this;
    const end = clock.now() + longestMs;
    let length: number | undefined;
    const outcome = Promise.resolve(this.handler(query)).then((result) => (length = result));
    const isDone = (): boolean => length !== undefined;
    while (!isDone()) {
      for (let i = 0; i < turns && !isDone(); i++) await turn();
      if (isDone()) break;
      if (clock.now() > end) throw new Error(`no reply in ${longestMs} ms`);
      clock.advance(250);
    }
    return replyBytes(query, await outcome);
  }

  async close(): Promise<void> {
    await this.#environment.close();
  }
}

/** Lets all that was sent come. */
export async function arrive(): Promise<void> {
  for (let i = 0; i < turns; i++) await turn();
}

/** What a reply has besides its question; the sections are lines of zone-file text. */
export interface Forgery {
  /** The header's flags, with the response code; QR and RA by default. */
  readonly flags?: number;
  readonly answer?: string;
  readonly authority?: string;
  readonly additional?: string;
  /** Further additional records. */
  readonly raw?: readonly Uint8Array[];
}

/** The octets of a reply to the query, without compression. */
export function forge({ bytes }: { readonly bytes: Buffer }, forgery: Forgery = {}): Buffer {
  const { flags = 0x8080, answer = '', authority = '', additional = '', raw = [] } = forgery;
  const sections = [answer, authority, additional].map((text) =>
    zoneLines(text).map((text) => encodeRecord(parseRecord(text))),
  );
  const message = Buffer.concat([bytes.subarray(0, bytes.indexOf(0, 12) + 5), ...sections.flat(), ...raw]);
  message.writeUInt16BE(flags, 2);
  for (const [i, records] of sections.entries()) message.writeUInt16BE(records.length, 6 + 2 * i);
  message.writeUInt16BE(sections[2]!.length + raw.length, 10);
  return message;
}

/** An OPT record with these octets of options. */
export function opt(...options: number[]): Uint8Array {
  return Uint8Array.of(0, 0, 41, 4, 208, 0, 0, 0, 0, options.length >> 8, options.length & 255, ...options);
}
