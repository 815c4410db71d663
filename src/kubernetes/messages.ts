import { asFields, type Fields, quoted } from '../runtime/untyped.ts';
import { BadStreamError } from './api-client.ts';
import { textOf } from './lines.ts';

/** An event of a watch, as far as a reflector cares. */
export type WatchEvent =
  | {
      readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
      readonly object: Fields;
      readonly resourceVersion: string;
    }
  | {
      readonly type: 'BOOKMARK';
      readonly resourceVersion: string;
      /** All that existed when a streamed list began has been told. */
      readonly endsList: boolean;
    }
  | {
      readonly type: 'ERROR';
      /** HTTP status code. */
      readonly status: number;
      readonly message: string;
      readonly retryAfterMs: number | undefined;
    };

/** Of an answer that is an error only so much is read. */
const maxStatusBytes = 64 * 1024;
const maxMessageLength = 300;
/** Before it is made short, so that nothing to be hidden is cut in two. */
const maxLookedAt = 4096;
/** Annotation of the bookmark that ends a streamed list (KEP-3157). */
const endOfList = 'k8s.io/initial-events-end';

/** Throws BadStreamError where the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadStreamError(`found ${quoted(text)}, expected JSON`);
  }
}

/**
 * What a body that is an error says: the message of a Status object, or its first line. '' where it says nothing. `hide`
 * takes out what is not to be shown.
 */
export async function readStatus(
  body: AsyncIterable<Uint8Array>,
  hide: (text: string) => string = (text) => text,
): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      parts.push(chunk);
      length += chunk.length;
      if (length > maxStatusBytes) break;
    }
  } catch {
    // What came counts.
  }
  const text = textOf(parts);
  try {
    const message = asFields(JSON.parse(text))?.message;
    if (typeof message === 'string') return shown(hide(message.slice(0, maxLookedAt)));
  } catch {
    // Plain text then, as of a proxy.
  }
  return shown(hide(text.split('\n', 1)[0]!.slice(0, maxLookedAt)));
}

/** Throws BadStreamError where it is no event. */
export function readEvent(value: unknown): WatchEvent {
  const event = asFields(value);
  const object = asFields(event?.object);
  if (!event || !object) throw new BadStreamError(`found ${quoted(value)}, expected an event with an object`);
  const { type } = event;
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
    case 'BOOKMARK': {
      const metadata = asFields(object.metadata);
      const resourceVersion = metadata?.resourceVersion;
      if (typeof resourceVersion === 'string' && resourceVersion !== '') {
        if (type !== 'BOOKMARK') return { type, object, resourceVersion };
        const endsList = asFields(metadata?.annotations)?.[endOfList] === 'true';
        return { type, resourceVersion, endsList };
      }
      throw new BadStreamError(`an event ${type} has no resourceVersion`);
    }
    case 'ERROR': {
      const { code, message } = object;
      const seconds = asFields(object.details)?.retryAfterSeconds;
      return {
        type,
        status: typeof code === 'number' ? code : 500,
        message: typeof message === 'string' ? shown(message) : 'the watch ended with an error',
        retryAfterMs: typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined,
      };
    }
    default:
      throw new BadStreamError(`found an event of type ${quoted(type)}`);
  }
}

/** On one line, printable and short. */
export function shown(text: string): string {
  return text
    .slice(0, maxMessageLength)
    .replaceAll(/[^ -~]+/g, ' ')
    .trim();
}
