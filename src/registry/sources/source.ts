import type { ReflectorStatus } from '../../kubernetes/reflector-options.ts';
import type { ObjectKind, RegistryObject } from '../model/object.ts';
import type { PodDemand } from '../model/pod-demand.ts';
import type { Rejection } from '../model/rejection.ts';

/** A change of one object. `key` is `objectKey` of it. */
export type Change =
  | { readonly type: 'upsert'; readonly object: RegistryObject }
  | {
      readonly type: 'delete';
      readonly kind: ObjectKind;
      readonly namespace: string;
      readonly name: string;
      readonly cluster?: string;
      /** As in `Origin`. Sources do not set it. */
      readonly source?: number;
    };

/**
 * What a source calls. It owns nothing of the sink; calls come on the main thread, never before `start`, never after
 * `stop` has resolved.
 *
 *     apply(changes)   whole objects; a batch is what became known at one moment. Only real differences: an object that
 *                      reads the same as before is not in it. At most one change per object. The sink goes through them
 *                      once, before it returns: a source may make each one on demand, for there may be hundreds of
 *                      thousands.
 *     rejected(list)   ALL parts of this source that are left out at present, whenever that list has changed.
 *     get(key)         the object as this source applied it last and has not deleted it since: sources keep no copies. Its
 *                      origin may be an older one.
 *     synced()         once, when everything that existed at the start was applied; may follow an empty apply.
 */
export interface Sink {
  apply(changes: Iterable<Change>): void;
  rejected(rejections: readonly Rejection[]): void;
  get(key: string): RegistryObject | undefined;
  synced(): void;
}

/** How one kind of one cluster is watched, for metrics and readiness. Counts are since the start. */
export interface SourceStatus extends ReflectorStatus {
  readonly cluster: string;
  readonly kind: string;
  /** Unix time in milliseconds since when the first list is awaited; `undefined` where it is complete, or not begun. */
  readonly startedMs: number | undefined;
  /** How many exist, also those that are left out. */
  readonly objects: number;
}

/** How the last good state is kept in a file. */
export interface SnapshotStatus {
  /** The last write failed; it is tried again. */
  readonly isFailing: boolean;
  /** Unix time in milliseconds of the state that was written last; `undefined`: none since the start. */
  readonly writtenMs: number | undefined;
  /** Writes that failed since the start. */
  readonly errors: number;
}

/** Where objects come from. A source that loses its origin keeps quiet: the last state goes on being served. */
export interface Source {
  /** Shown in logs, `file(deploy/examples)`. */
  readonly name: string;
  start(sink: Sink): void;
  /** Told whenever the demand for Pods has changed, and once before `start`. */
  demand?(demand: PodDemand): void;
  /** One for each kind and cluster; only of sources that watch an API server. */
  status?(): readonly SourceStatus[];
  /** `undefined` where none is written. */
  snapshot?(): SnapshotStatus | undefined;
  stop(): Promise<void>;
}
