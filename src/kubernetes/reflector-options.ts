import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { ApiClient } from './api-client.ts';
import type { Receiver } from './receiver.ts';
import type { Resource } from './resource.ts';
import type { ReflectorTiming } from './timing.ts';

export interface ReflectorOptions {
  readonly resource: Resource;
  /** `undefined` for all namespaces. */
  readonly namespace: string | undefined;
  /** '' for all objects. */
  readonly labelSelector: string;
  readonly api: ApiClient;
  readonly receiver: Receiver;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In front of messages, `kubernetes(east): ServiceEntry`. */
  readonly title: string;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly timing: ReflectorTiming;
  /** `isSynced` or `state` may have changed. */
  readonly onState: () => void;
}

/** `waiting`: in a back-off, `absent`: the CRD is not installed, `forbidden`: 403. */
export type ReflectorState = 'listing' | 'watching' | 'waiting' | 'absent' | 'forbidden';

/** Times are Unix times in milliseconds, `undefined` for what has not happened yet. */
export interface ReflectorStatus {
  readonly state: ReflectorState;
  /** The first list is complete, or there is nothing to list. */
  readonly isSynced: boolean;
  readonly startedMs: number | undefined;
  /** The last failure, or the progress of the first list; '' where all is well. */
  readonly trouble: string;
  readonly lastEventMs: number | undefined;
  readonly lastBookmarkMs: number | undefined;
  /** Lists after the first one. */
  readonly relists: number;
  /** Watches after the first one. */
  readonly watchRestarts: number;
  readonly errors: number;
}
