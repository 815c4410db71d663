import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { SourceState } from '../registry/sources/source.ts';
import type { ApiClient } from './api-client.ts';
import type { Receiver } from './receiver.ts';
import type { Resource } from './resource.ts';
import type { ReflectorTiming } from './timing.ts';

/** What a reflector stands on. */
export interface ReflectorOptions {
  readonly resource: Resource;
  /** `undefined` for all. */
  readonly namespace: string | undefined;
  readonly labelSelector: string;
  readonly api: ApiClient;
  readonly receiver: Receiver;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Stands before messages, `kubernetes(east): ServiceEntry`. */
  readonly title: string;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly timing: ReflectorTiming;
  /** `isSynced` or `state` may have changed. */
  readonly onState: () => void;
}

/** What one has done and heard; times are Unix times in milliseconds. */
export interface ReflectorStatus {
  readonly state: SourceState;
  readonly isSynced: boolean;
  /** `undefined` where it was never started. */
  readonly startedMs: number | undefined;
  /** What keeps it from being read, or how far it is; '' where all is well. */
  readonly trouble: string;
  readonly lastEventMs: number | undefined;
  readonly lastBookmarkMs: number | undefined;
  readonly relists: number;
  readonly watchRestarts: number;
  readonly errors: number;
}
