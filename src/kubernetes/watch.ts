import type { TimeSlicer } from '../runtime/time-slicer.ts';
import { NotStreamedError } from './api-errors.ts';
import type { Collection } from './collection.ts';
import { LineSplitter, parseJson } from './lines.ts';
import type { ReflectorTiming } from './timing.ts';
import { readEvent, type WatchEvent } from './watch-events.ts';

/** Calls of a watch. The next one comes when the promise of this one has resolved. */
export interface WatchListener {
  /** The API server has accepted the watch. */
  readonly onOpen: () => void;
  readonly onEvent: (event: WatchEvent) => Promise<void>;
  /** No more events have arrived, or the slice is over. */
  readonly onPause: () => Promise<void>;
}

/** A resourceVersion to watch from, or all objects that exist first: a streamed list (KEP-3157, Kubernetes 1.27 and later). */
export type WatchStart = { readonly resourceVersion: string } | 'streamed list';

/**
 * One watch, until the API server ends it. Rejects where it breaks, or is silent for too long.
 *
 * @param random numbers in [0, 1)
 * @param slicer divides many events that arrive at once
 */
export async function watch(
  collection: Pick<Collection, 'get'>,
  start: WatchStart,
  { watchdogMs, streamSilenceMs, maxLineBytes }: ReflectorTiming,
  random: () => number,
  slicer: TimeSlicer,
  listener: WatchListener,
): Promise<void> {
  let isListing = start === 'streamed list';
  const from =
    start === 'streamed list' ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' } : { ...start };
  const query = {
    watch: 'true',
    allowWatchBookmarks: 'true',
    ...from,
    // The watches of replicas that were started together must not end together.
    timeoutSeconds: String(300 + Math.floor(random() * 300)),
  };
  const silenceMs = isListing ? streamSilenceMs : watchdogMs;
  await collection.get(query, silenceMs, async ({ body }, setSilenceLimit) => {
    listener.onOpen();
    const lines = new LineSplitter(maxLineBytes);
    for await (const chunk of body) {
      slicer.startSlice();
      try {
        for (const line of lines.push(chunk)) {
          const event = readEvent(parseJson(line));
          if (isListing && event.type === 'BOOKMARK') {
            if (!event.endsList) throw new NotStreamedError('the API server does not say where a streamed list ends');
            isListing = false;
            setSilenceLimit(watchdogMs);
          }
          await listener.onEvent(event);
          if (!slicer.isSliceOver) continue;
          await listener.onPause();
          await slicer.rest();
        }
      } finally {
        await listener.onPause();
      }
    }
  });
}
