import type { Collection } from './collection.ts';
import { LineSplitter } from './lines.ts';
import { parseJson, readEvent, type WatchEvent } from './messages.ts';
import type { ReflectorTiming } from './timing.ts';
import type { Turns } from './turns.ts';

/** Who hears a watch. */
export interface WatchListener {
  /** The API server has taken it. */
  readonly onOpen: () => void;
  readonly onEvent: (event: WatchEvent) => void;
  /** No more events have come for the moment. */
  readonly onPause: () => void;
}

/** From where a watch tells: a resourceVersion, or all that exists first (WatchList, Kubernetes 1.27 and later). */
export type WatchFrom = { readonly resourceVersion: string } | 'beginning';

/**
 * One watch, until the API server ends it. Rejects where it breaks, or is silent for too long.
 *
 * @param turns divides many events that come at once; they are told without a rest where it is `undefined`
 */
export async function watch(
  collection: Pick<Collection, 'get'>,
  from: WatchFrom,
  { watchdogMs, responseTimeoutMs, maxLineBytes }: ReflectorTiming,
  random: () => number,
  turns: Turns | undefined,
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
  const silenceMs = from === 'beginning' ? responseTimeoutMs : watchdogMs;
  await collection.get(query, silenceMs, async ({ body }, limitSilence) => {
    listener.onOpen();
    const lines = new LineSplitter(maxLineBytes);
    for await (const chunk of body) {
      turns?.begin();
      try {
        for (const line of lines.push(chunk)) {
          const event = readEvent(parseJson(line));
          listener.onEvent(event);
          if (event.type === 'BOOKMARK' && event.endsList) limitSilence(watchdogMs);
          if (!turns?.isOver) continue;
          listener.onPause();
          await turns.rest();
        }
      } finally {
        listener.onPause();
      }
    }
  });
}
