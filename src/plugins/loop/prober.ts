import { rcode } from '../../wire/codes.ts';
import { replyCode } from '../../wire/reply.ts';
import type { BlockUpstream } from '../block-upstreams.ts';
import type { HandlerEnvironment } from '../plugin.ts';
import { nonceWords, probeLabel, probeQuery, probeZone } from './probe.ts';
import { maxUpstreams, type SharedState } from './shared-state.ts';

/** How soon one is probed again that is turned off, or gave no answer. */
export const retryMs = 2000;
/** How long an upstream that is sound goes without a probe; doubled from `retryMs` on with each probe that went well. */
const maxIntervalMs = 30_000;
/** Probes in a row that must go well before an upstream is turned on again: doubled with each time it was turned off, up to this. */
const maxCleanProbes = 128;

interface Probed {
  lastAt: number;
  /** Probes in a row that went well, since it was last turned off or on. */
  clean: number;
  wasOff: boolean;
  isAsked: boolean;
}

/**
 * Sends each upstream a probe now and then. A probe that is answered without having come back went well; one without an answer
 * tells nothing, for a slow upstream is no loop (and one that is turned off stays so). Where the way is not always the same, as with a forwarder that has
 * several servers, some probes come back and some do not: the more often that was so, the longer it takes to be trusted.
 */
export class Prober {
  readonly #state: SharedState;
  readonly #environment: HandlerEnvironment;
  readonly #hashSeed: number;
  #probed = new Map<string, Probed>();

  constructor(state: SharedState, environment: HandlerEnvironment) {
    this.#state = state;
    this.#environment = environment;
    this.#hashSeed = this.#randomWord();
  }

  /** Probes those whose time has come. Resolves when all of them have answered, or nobody waits for them any more. */
  async turn(): Promise<void> {
    const { clock, upstreams, zones } = this.#environment;
    const now = clock.now();
    const before = this.#probed;
    this.#probed = new Map();
    const asked: Promise<void>[] = [];
    for (const [index, upstream] of upstreams.list().slice(0, maxUpstreams).entries()) {
      const zone = probeZone(zones, upstream.zones);
      if (zone === undefined) continue;
      const key = `${index} ${upstream.name}`;
      const probed = before.get(key) ?? { lastAt: -Infinity, clean: 0, wasOff: false, isAsked: false };
      this.#probed.set(key, probed);
      const isOff = this.#state.isOff(index, upstream.name);
      if (isOff !== probed.wasOff) {
        probed.wasOff = isOff;
        probed.clean = 0;
      }
      const intervalMs = isOff ? retryMs : Math.min(retryMs * 2 ** Math.max(probed.clean - 1, 0), maxIntervalMs);
      if (!probed.isAsked && now - probed.lastAt >= intervalMs) asked.push(this.#probe(index, upstream, zone, probed));
    }
    await Promise.all(asked);
  }

  async #probe(index: number, upstream: BlockUpstream, zone: string, probed: Probed): Promise<void> {
    const nonce = Int32Array.from({ length: nonceWords }, () => this.#randomWord());
    const query = probeQuery(probeLabel(index, nonce), zone, this.#hashSeed);
    if (!query) return;
    this.#state.begin(index, upstream.name, nonce);
    probed.lastAt = this.#environment.clock.now();
    probed.isAsked = true;
    const length = await upstream.ask(query);
    probed.isAsked = false;
    const code = length > 0 ? replyCode(query) : rcode.SERVFAIL;
    const isClean = !this.#state.hasReturned(index) && (code === rcode.NOERROR || code === rcode.NXDOMAIN);
    probed.clean = isClean ? probed.clean + 1 : 0;
    const isTrusted = probed.clean >= Math.min(2 ** this.#state.detections(index), maxCleanProbes);
    if (!probed.wasOff || !isTrusted || !this.#state.isOff(index, upstream.name)) return;
    this.#state.turnOn(index);
    const message = `plugin/loop: ${upstream.name} is asked again: what is sent there for zone "${zone}" does not come back any more`;
    this.#environment.logger.info(message, { upstream: upstream.name, zone });
  }

  #randomWord(): number {
    return (this.#environment.randomUint16() << 16) | this.#environment.randomUint16();
  }
}
