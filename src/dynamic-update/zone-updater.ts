import type { Clock } from '../runtime/clock.ts';
import type { Work } from '../runtime/sliced-work.ts';
import { foregroundPace, TimeSlicer } from '../runtime/time-slicer.ts';
import { rcode, rcodeName } from '../wire/codes.ts';
import type { DesiredRecords } from './desired-records.ts';
import { UpdateError } from './errors.ts';
import { planChanges, type Change, type HostChange, type Plan, type PlanScope, type SkipReason } from './plan.ts';
import type { PrimaryServer } from './primary.ts';
import { keyOfSet } from './record-set.ts';
import { allowedRemovals, removalLimitText, type RemovalLimit } from './removal-limit.ts';
import { encodeOwnership } from './ownership.ts';
import { batchesOf, ChangeEncoder, maxChangeSize, type EncodedChange } from './update-message.ts';
import type { ZoneContents } from './zone-contents.ts';

/*
 * dynamic-update/ keeps a zone of somebody's name server as it is wanted, by RFC 2136. It knows nothing of ServiceEntries.
 *
 *     desired-records ─┐
 *                      ├─► plan ─► update-message ─► primary ─► the name server
 *     zone-contents ───┘    (pure)   (wire format)    (TCP, tsig)
 *         ▲                                              │
 *         └──────────────── transfer ────────────────────┘
 *
 * Whose an RRset is stands in the zone itself (`ownership`), so nothing has to be kept over a restart. A message is taken as a
 * whole or not at all, and has whole hosts only: whenever the process ends, no host is half there.
 */

/** How often a zone is read anew because others write to the same names. */
const maxAttempts = 3;
/** Changes of which each is refused alone, in one pass; then something is wrong with more than single names. */
const maxRefused = 64;

export interface ZoneUpdaterOptions {
  /** Absolute. */
  readonly zone: string;
  readonly owner: string;
  readonly server: Pick<PrimaryServer, 'transfer' | 'update' | 'address'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly maxRemovals: RemovalLimit;
  /** Why nothing may be removed at present, unless `maxRemovals` is 100%; '' where it may. */
  readonly removalDoubt: () => string;
  /** What would be done is only found out. */
  readonly isDryRun: boolean;
  /** Asked before each message: whether this process may write. */
  readonly mayWrite: () => boolean;
  /** Octets that the changes of one message take; all that fits unless it is set. */
  readonly messageSize?: number;
}

/** What a pass has done. */
export interface PassReport {
  /** What was changed, or would be in a dry run. */
  readonly changes: readonly HostChange[];
  readonly skipped: ReadonlyMap<string, SkipReason | 'size'>;
  /** Hosts that the server refuses, with what it says. */
  readonly refused: ReadonlyMap<string, string>;
}

/** What came of sending: hosts that the server refuses, and whether others have written to the same names. */
interface Sent {
  readonly done: HostChange[];
  readonly refused: Map<string, string>;
  conflicts: number;
}

/** Keeps one zone in step. One pass at a time. */
export class ZoneUpdater {
  readonly #options: ZoneUpdaterOptions;
  readonly #encoder: ChangeEncoder;
  #contents: ZoneContents | undefined;
  /** Octets that the changes of one message take. A server that does not get done with one in time has smaller ones from then on. */
  #messageSize: number;

  constructor(options: ZoneUpdaterOptions) {
    this.#options = options;
    this.#messageSize = options.messageSize ?? maxChangeSize;
    this.#encoder = new ChangeEncoder(options.zone, options.owner);
  }

  /** What is known of the zone; `undefined` before the first transfer, and where the end of a pass is not known. */
  get contents(): ZoneContents | undefined {
    return this.#contents;
  }

  /** Forgets what it knows: somebody else may have written. */
  forget(): void {
    this.#contents = undefined;
  }

  /** Reads the zone and does all that is to be done. Rejects with UpdateError. */
  async compare(desired: DesiredRecords): Promise<PassReport> {
    const { server, zone, owner } = this.#options;
    const done: HostChange[] = [];
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      this.#contents = undefined;
      const contents = await server.transfer(zone, owner);
      this.#contents = contents;
      const { report, conflicts } = await this.#pass(desired, contents, 'all');
      done.push(...report.changes);
      if (conflicts === 0) return { ...report, changes: done };
    }
    throw new UpdateError('conflict', `others write to the same names of ${zone} again and again; it is tried later`);
  }

  /**
   * Does what is to be done for these hosts, and for RRsets that nobody wants any more. The zone is read where it is not known, or
   * others have written to it. Rejects with UpdateError.
   */
  async update(desired: DesiredRecords, scope: Exclude<PlanScope, 'all'>): Promise<PassReport> {
    const contents = this.#contents;
    if (!contents) return this.compare(desired);
    const { report, conflicts } = await this.#pass(desired, contents, scope);
    if (conflicts === 0) return report;
    const all = await this.compare(desired);
    return { ...all, changes: [...report.changes, ...all.changes] };
  }

  async #pass(
    desired: DesiredRecords,
    contents: ZoneContents,
    scope: PlanScope,
  ): Promise<{ readonly report: PassReport; readonly conflicts: number }> {
    const { clock, signal, isDryRun } = this.#options;
    const slicer = new TimeSlicer(clock, signal, foregroundPace);
    const plan = await inSlices(planChanges(desired, contents, scope), slicer);
    this.#checkRemovals(plan, contents);
    const skipped = new Map<string, SkipReason | 'size'>(plan.skipped);
    const encoded: EncodedChange[] = [];
    for (const change of plan.changes) {
      const each = this.#encoder.encode(change);
      if (each) encoded.push(each);
      else skipped.set(change.host, 'size');
      if (slicer.isSliceOver) await slicer.rest();
    }
    const refused = new Map<string, string>();
    if (isDryRun) return { report: { changes: encoded.map(({ change }) => change), skipped, refused }, conflicts: 0 };
    const sent: Sent = { done: [], refused, conflicts: 0 };
    for (const batch of batchesOf(encoded, this.#messageSize)) await this.#send(batch, contents, sent);
    return { report: { changes: sent.done, skipped, refused }, conflicts: sent.conflicts };
  }

  /** Sends changes as one message; where the server does not take it, finds out which ones it does not take. */
  async #send(batch: readonly EncodedChange[], contents: ZoneContents, sent: Sent): Promise<void> {
    const { server, zone, mayWrite } = this.#options;
    if (!mayWrite()) {
      this.#contents = undefined;
      throw new UpdateError('lease', 'the lease has ended: another replica writes from here on');
    }
    let code: number;
    try {
      code = await server.update(zone, this.#encoder.message(batch, 0));
    } catch (error) {
      // It may have been taken, or not.
      this.#contents = undefined;
      if (error instanceof UpdateError && error.failure === 'timeout') this.#messageSize >>= 1;
      throw error;
    }
    if (code === rcode.NOERROR) {
      for (const { change } of batch) {
        sent.done.push(change);
        for (const each of change.changes) this.#apply(each, contents);
      }
      return;
    }
    if (batch.length > 1) {
      const half = batch.length >> 1;
      await this.#send(batch.slice(0, half), contents, sent);
      await this.#send(batch.slice(half), contents, sent);
      return;
    }
    const { host } = batch[0]!.change;
    if (isConflict(code)) sent.conflicts++;
    else sent.refused.set(host, rcodeName(code));
    if (sent.conflicts + sent.refused.size < maxRefused) return;
    // What is left is planned anew where it may be different by then.
    const [[first, text] = [host, rcodeName(code)]] = sent.refused;
    this.#contents = undefined;
    throw new UpdateError(
      'server',
      `${server.address} takes none of many changes of ${zone}: ${text} for ${first}; see its log`,
    );
  }

  /** The server has taken a change. */
  #apply({ before, after }: Change, contents: ZoneContents): void {
    const { name, type } = before ?? after.set;
    const key = keyOfSet(name, type);
    if (!after) {
      contents.owned.delete(key);
      return;
    }
    const { owner } = this.#options;
    const ownText = Buffer.from(encodeOwnership({ owner, resource: after.resource })).toString('latin1');
    const others = before?.texts.filter((text) => text !== before.ownText) ?? [];
    contents.owned.set(key, { ...after.set, resource: after.resource, ownText, texts: [...others, ownText] });
  }

  #checkRemovals({ removedNames }: Plan, contents: ZoneContents): void {
    const { maxRemovals, removalDoubt, zone } = this.#options;
    if (removedNames === 0) return;
    const doubt = removalDoubt();
    const isAll = maxRemovals.kind === 'percent' && maxRemovals.percent === 100;
    const owned = new Set(Array.from(contents.owned.values(), ({ name }) => name)).size;
    const allowed = allowedRemovals(maxRemovals, owned);
    if ((doubt === '' || isAll) && removedNames <= allowed) return;
    const why = doubt === '' ? `max_removals ${removalLimitText(maxRemovals)} allows ${allowed}` : doubt;
    const once = doubt === '' ? removedNames : '100%';
    throw new UpdateError(
      'removals',
      `${removedNames} of ${owned} names of ${zone} would be removed, and ${why}: nothing is changed. ` +
        `If it is right, allow it once with 'serviceentry-dns publish -once -max-removals ${once}'`,
    );
  }
}

function isConflict(code: number): boolean {
  return code === rcode.NXRRSET || code === rcode.YXRRSET || code === rcode.YXDOMAIN || code === rcode.NXDOMAIN;
}

async function inSlices<Result>(work: Work<Result>, slicer: TimeSlicer): Promise<Result> {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    if (slicer.isSliceOver) await slicer.rest();
  }
}
