import { asFields, quoted, type Fields } from '../runtime/untyped.ts';
import { BadStreamError, printable } from './api-errors.ts';

/** An event of a watch, as far as a reflector needs it. */
export type WatchEvent =
  | {
      readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
      readonly object: Fields;
      readonly resourceVersion: string;
    }
  | {
      readonly type: 'BOOKMARK';
      readonly resourceVersion: string;
      /** Everything that existed when a streamed list began has been sent. */
      readonly endsList: boolean;
    }
  | {
      readonly type: 'ERROR';
      /** HTTP status code. */
      readonly status: number;
      readonly message: string;
      readonly retryAfterMs: number | undefined;
    };

/** Annotation of the bookmark that ends a streamed list (KEP-3157). */
const endOfList = 'k8s.io/initial-events-end';

/** Throws BadStreamError where the value is no event. */
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
        message: typeof message === 'string' ? printable(message) : 'the watch ended with an error',
        retryAfterMs: typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined,
      };
    }
    default:
      throw new BadStreamError(`found an event of type ${quoted(type)}`);
  }
}
