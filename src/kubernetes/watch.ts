import type { Collection } from './collection.ts';
import { LineSplitter } from './lines.ts';
import { parseJson, readEvent, type WatchEvent } from './messages.ts';
import type { ReflectorTiming } from './timing.ts';
import type { Turns } from './turns.ts';

/** Who hears a watch. */
export interface WatchListener {
  /** The API server has taken it. */
  readonly onOpen: () => void;
  /** The next event comes when the promise has resolved, where there is one. */
  readonly onEvent: (event: WatchEvent) => Promise<void> | undefined;
  /** No more events have come for the moment. */
  readonly onPause: () => Promise<void>;
}

/** From where a watch tells: a resourceVersion, or all that exists first (WatchList, Kubernetes 1.27 and later). */
export type WatchFrom = { readonly resourceVersion: string } | 'beginning';

/**
 * One watch, until the API server ends it. Rejects where it breaks, or is silent for too long.
 *
 * @param turns divides many events that come at once
 */
export async function watch(
  collection: Pick<Collection, 'get'>,
  from: WatchFrom,
  { watchdogMs, streamSilenceMs, maxLineBytes }: ReflectorTiming,
  random: () => number,
  turns: Turns,
  listener: WatchListener,
): Promise<void> {
  const beginning =
    from === 'beginning' ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' } : { ...from };
  const query = {
    watch: 'true',
    allowWatchBookmarks: 'true',
    ...beginning,
    // Replicas that were started together shall not come back together.
    timeoutSeconds: String(300 + Math.floor(random() * 300)),
  };
  const silenceMs = from === 'beginning' ? streamSilenceMs : watchdogMs;
  await collection.get(query, silenceMs, async ({ body }, limitSilence) => {
    listener.onOpen();
    const lines = new LineSplitter(maxLineBytes);
    for await (const chunk of body) {
      turns.begin();
      try {
        for (const line of lines.push(chunk)) {
          const event = readEvent(parseJson(line));
          const done = listener.onEvent(event);
          if (done) await done;
          if (event.type === 'BOOKMARK' && event.endsList) limitSilence(watchdogMs);
          if (!turns.isOver) continue;
          await listener.onPause();
          await turns.rest();
        }
      } finally {
        await listener.onPause();
      }
    }
  });
}
