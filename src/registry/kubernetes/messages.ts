import { asFields, type Fields } from '../read/fields.ts';
import { quoted } from '../read/report.ts';
import { BadStreamError, PageTooLargeError } from './api-client.ts';
import { textOf } from './lines.ts';

/** A page of a list. */
export interface Page {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  /** Token of the next page, '' where this is the last. */
  readonly next: string;
}

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

/** Throws BadStreamError where it is no list, PageTooLargeError where it has more than `maxBytes`. */
export async function readPage(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Page> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxBytes) throw new PageTooLargeError(`a page has more than ${maxBytes} octets`);
    parts.push(chunk);
  }
  const list = asFields(parseJson(textOf(parts)));
  const metadata = asFields(list?.metadata);
  const items = list?.items ?? [];
  const resourceVersion = metadata?.resourceVersion;
  if (!Array.isArray(items) || typeof resourceVersion !== 'string' || resourceVersion === '') {
    throw new BadStreamError('the answer is no list with a resourceVersion');
  }
  const next = metadata?.continue;
  return { items, resourceVersion, next: typeof next === 'string' ? next : '' };
}

/** What a body that is an error says: the message of a Status object, or its first line. '' where it says nothing. */
export async function readStatus(body: AsyncIterable<Uint8Array>): Promise<string> {
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
    if (typeof message === 'string') return shown(message);
  } catch {
    // Plain text then, as of a proxy.
  }
  return shown(text.split('\n', 1)[0]!);
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
function shown(text: string): string {
  return text
    .slice(0, maxMessageLength)
    .replaceAll(/[^ -~]+/g, ' ')
    .trim();
}
