import { randomInt } from 'node:crypto';
import { decode, type DecodedPacket } from 'dns-packet';
import type { ForwardLine, PublishedLines, UpstreamAddress } from '../../../src/plugins/forward/config.ts';
import { defaultHealthCheck } from '../../../src/plugins/forward/arguments/health-check.ts';
import { forwardHandler } from '../../../src/plugins/forward/handler.ts';
import { BlockUpstreams } from '../../../src/plugins/block-upstreams.ts';
import type { Handler } from '../../../src/plugins/plugin.ts';
import type { Query } from '../../../src/wire/query.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import type { FakeUpstream } from '../../support/fake-upstream.ts';
import { replyBytes } from '../../support/query.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';
import { connectDgram } from '../../../src/sockets/connect-dgram.ts';

/** A message as dns-packet reads it; its types leave the response code out. */
export type Reply = DecodedPacket & { readonly rcode: string };

export function decodeReply(message: Uint8Array): Reply {
  return decode(Buffer.from(message)) as Reply;
}

/** What the next plugin answers with in these tests: no reply at all, so that it cannot be mistaken. */
export const passedOn = 0;

export function addressOf(upstream: FakeUpstream): UpstreamAddress {
  const { address, port } = upstream;
  return { protocol: 'dns', address, port, family: address.includes(':') ? 6 : 4 };
}

/** A line with the defaults, in the order of the list. */
export function line(upstreams: readonly FakeUpstream[], changes: Partial<ForwardLine> = {}): ForwardLine {
  return {
    from: ['.'],
    except: [],
    upstreams: upstreams.map(addressOf),
    policy: 'sequential',
    forceTcp: false,
    preferUdp: false,
    idleTimeoutMs: 10_000,
    maxAgeMs: 0,
    maxQueries: 0,
    maxIdleConnections: 0,
    readTimeoutMs: 2000,
    maxFails: 2,
    healthCheck: defaultHealthCheck,
    // A clock that jumps over seconds has all that is overdue asked again before anything can come.
    hedges: false,
    clientSubnet: false,
    randomizesCase: false,
    failsFast: false,
    maxAttempts: undefined,
    maxConcurrent: 1000,
    failover: [2, 5],
    next: [],
    nextOnNodata: false,
    sourceAddress: undefined,
    tls: {},
    dohMethod: 'POST',
    specialNames: true,
    ...changes,
  };
}

/** A chain of forward alone, on a clock that stands still. */
export class Harness {
  readonly clock = new FakeClock();
  readonly logger = new RecordingLogger();
  readonly handler: Handler;
  /** Those of all its chains. */
  readonly upstreams = new BlockUpstreams();
  readonly #closers: (() => void | Promise<void>)[] = [];
  readonly #listeners: ((data: unknown) => void)[] = [];

  constructor(...lines: ForwardLine[]) {
    this.handler = this.handlerIn(['.'], ...lines);
  }

  /** A chain of its own, in a server block with these zones; closed with the other. */
  handlerIn(zones: readonly string[], ...lines: ForwardLine[]): Handler {
    return forwardHandler.create(
      { lines },
      {
        clock: this.clock,
        logger: this.logger,
        zones,
        nextFor: () => undefined,
        randomUint16: () => randomInt(65_536),
        connectUdp: connectDgram,
        shared: new Int32Array(64),
        worker: { index: 0, count: 1 },
        upstreams: this.upstreams,
        report: () => undefined,
        onPublished: (listener) => this.#listeners.push(listener),
        table: () => {
          throw new Error('forward has no table');
        },
        onClose: (close) => this.#closers.push(close),
      },
      () => passedOn,
    );
  }

  /** What the control half would publish. */
  publish(lines: PublishedLines): void {
    for (const listener of this.#listeners) listener(lines);
  }

  /** The octets of the reply. */
  async ask(query: Query): Promise<Uint8Array> {
    return replyBytes(query, await this.handler(query));
  }

  /** The reply as an independent reader sees it. */
  async resolve(query: Query): Promise<Reply> {
    return decodeReply(await this.ask(query));
  }

  async close(): Promise<void> {
    for (const close of this.#closers) await close();
  }
}

/** The addresses in a reply's answer section. */
export function addresses(reply: DecodedPacket): string[] {
  return (reply.answers ?? []).flatMap((record) => (record.type === 'A' ? [record.data] : []));
}
