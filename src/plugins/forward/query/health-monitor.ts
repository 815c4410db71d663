import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/logger.ts';
import { Query } from '../../../wire/query.ts';
import type { ForwardLine } from '../config.ts';
import { Probe } from '../upstream/probe.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Deadlines } from './deadlines.ts';
import type { Abandonment, UpstreamAttempt } from './upstream-attempt.ts';

/** A second try comes no sooner: a pause of this program takes as long. */
const leastOverdueMs = 10;

/**
 * What is known of the upstreams of a line by their replies, and by the lack of them: which ones are avoided, since when the next
 * one is asked too. Those that are avoided are probed until they reply.
 */
export class HealthMonitor implements Abandonment {
  readonly nobody = new Query(0);
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #deadlines: Deadlines;
  readonly #line: () => ForwardLine;
  readonly #probed = new Set<Upstream>();
  #isClosed = false;

  /** `line` gives the settings that hold at present. */
  constructor(line: () => ForwardLine, clock: Clock, logger: Logger, deadlines: Deadlines) {
    this.#line = line;
    this.#clock = clock;
    this.#logger = logger;
    this.#deadlines = deadlines;
  }

  /** After how long a reply is overdue: when 19 of 20 recent ones would have come. */
  overdueAfterMs(upstream: Upstream): number {
    return Math.min(Math.max(upstream.latency.percentile95Ms, leastOverdueMs), this.#line().readTimeoutMs / 2);
  }

  /** A reply that can be read has come after so long. */
  onAnswer(upstream: Upstream, code: number, tookMs: number): void {
    upstream.meter?.replied(code, tookMs);
    upstream.latency.observe(tookMs);
  }

  /** A reply has come. */
  onReply(upstream: Upstream, now: number): void {
    upstream.repliedAt = now;
    if (!upstream.health.onReply()) return;
    upstream.meter?.setDown(false);
    this.#logger.info(`plugin/forward: ${upstream.name} is up again`, { upstream: upstream.name });
  }

  onOverdue(upstream: Upstream, now: number): void {
    if (upstream.health.onOverdue(now)) this.#probe(upstream);
  }

  onFailure(upstream: Upstream, reason: string): void {
    upstream.meter?.failed();
    if (!upstream.health.onFailure(this.#clock.now())) return;
    upstream.meter?.setDown(true);
    this.#logger.warning(`plugin/forward: ${upstream.name} is down: ${reason}`, { upstream: upstream.name });
    this.#probe(upstream);
  }

  /** What EDNS could not have was answered without it: it is left out for a while. */
  onNoEdns(upstream: Upstream, now: number): void {
    if (upstream.noEdns.holds(now)) return;
    upstream.noEdns.learn(now);
    const message = `plugin/forward: ${upstream.name} does not know EDNS, and is asked without it for 5 minutes`;
    this.#logger.info(message, { upstream: upstream.name });
  }

  /** Nobody waits for it any more, but whether its reply comes says how its upstream does. */
  abandon(attempt: UpstreamAttempt): void {
    attempt.abandon(this);
    this.#deadlines.schedule(attempt, attempt.endsAt - this.#clock.now());
  }

  onLateReply(upstream: Upstream, startedAt: number): void {
    const now = this.#clock.now();
    upstream.latency.observe(now - startedAt);
    this.onReply(upstream, now);
  }

  onNoReply(upstream: Upstream, startedAt: number, endsAt: number): void {
    // Where others had their replies since then, this one was lost, or takes long to find.
    if (upstream.repliedAt < startedAt) this.onFailure(upstream, `no reply in ${Math.round(endsAt - startedAt)} ms`);
  }

  /** No more probes are sent. */
  close(): void {
    this.#isClosed = true;
  }

  /**
   * Probes it at each interval as long as it is avoided: over UDP and over TCP in turns, as there are networks that swallow the
   * one and let the other pass.
   */
  #probe(upstream: Upstream): void {
    if (this.#probed.has(upstream)) return;
    this.#probed.add(upstream);
    let overTcp = true;
    const expired = (): void => {
      if (this.#isClosed || upstream.isClosed || !upstream.health.isAvoided) {
        this.#probed.delete(upstream);
        return;
      }
      const { healthCheck, forceTcp } = this.#line();
      overTcp = !overTcp || forceTcp;
      this.#sendProbe(upstream, overTcp, upstream.hasUdp && overTcp && !forceTcp);
      this.#deadlines.schedule({ expired }, healthCheck.intervalMs);
    };
    this.#deadlines.schedule({ expired }, this.#line().healthCheck.intervalMs);
  }

  /** `isDetour`: queries go over UDP otherwise. */
  #sendProbe(upstream: Upstream, overTcp: boolean, isDetour: boolean): void {
    const probe = new Probe(this.#line().healthCheck);
    const timeoutMs = probe.send(upstream, overTcp, this.#clock.now(), (hasReply) => {
      if (!hasReply) {
        upstream.meter?.healthCheckFailed();
        return;
      }
      const now = this.#clock.now();
      if (isDetour && upstream.health.isAvoided) {
        upstream.tcpOnly.learn(now);
        const message = `plugin/forward: ${upstream.name} answers over TCP and not over UDP, and is asked over TCP for 5 minutes`;
        this.#logger.warning(message, { upstream: upstream.name });
      }
      this.onReply(upstream, now);
    });
    this.#deadlines.schedule(probe, timeoutMs);
  }
}
