import type { ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2';
import { headerSize, maxMessageSize, rrType } from '../../../wire/codes.ts';
import { readRecords, readUint16 } from '../../../wire/message.ts';
import { viewOf } from '../../../wire/words.ts';
import { messageType } from './https-request.ts';

/** Octets of a header of the server that an error tells. */
const maxHeaderText = 80;

/** Collects the reply that comes on a stream, and checks all of it that is HTTP. */
export class HttpsReply {
  /** Takes the message, in memory of its own, or why there is none; called once at most. */
  onEnd: ((result: Uint8Array | string) => void) | undefined;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #age = 0;

  constructor(stream: ClientHttp2Stream) {
    stream.on('response', (headers) => this.#check(headers));
    stream.on('data', (chunk: Buffer) => this.#collect(chunk));
    stream.on('end', () => this.#finish());
  }

  #check(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): void {
    const { ':status': status, 'content-type': type, age } = headers;
    if (status !== 200) this.#end(`HTTP status ${status ?? 'missing'}`);
    else if (type?.split(';')[0]?.trim().toLowerCase() !== messageType) {
      this.#end(`HTTP content type ${type === undefined ? 'missing' : printable(type)}, not ${messageType}`);
    }
    if (age !== undefined && /^\d{1,9}$/.test(age)) this.#age = Number(age);
  }

  #collect(chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > maxMessageSize) this.#end(`an HTTP body of more than ${maxMessageSize} octets`);
    else this.#chunks.push(chunk);
  }

  #finish(): void {
    if (this.#size < headerSize) {
      this.#end(`malformed reply: only ${this.#size} octets`);
      return;
    }
    const message = new Uint8Array(this.#size);
    let at = 0;
    for (const chunk of this.#chunks) {
      message.set(chunk, at);
      at += chunk.length;
    }
    if (readUint16(message, 0) !== 0) {
      this.#end('malformed reply: another ID');
      return;
    }
    if (this.#age > 0) countDown(message, this.#age);
    this.#end(message);
  }

  #end(result: Uint8Array | string): void {
    const { onEnd } = this;
    this.onEnd = undefined;
    this.#chunks.length = 0;
    onEnd?.(result);
  }
}

/** The reply comes out of an HTTP cache, where it was so many seconds: its TTLs have run (RFC 8484 section 5.1). */
function countDown(message: Uint8Array, seconds: number): void {
  const view = viewOf(message);
  for (const { type, ttlAt } of readRecords(message, 0, message.length) ?? []) {
    if (type === rrType.OPT) continue;
    view.setUint32(ttlAt, Math.max(view.getUint32(ttlAt) - seconds, 0));
  }
}

function printable(text: string): string {
  return text.slice(0, maxHeaderText).replace(/[^\x20-\x7e]/g, '?');
}
