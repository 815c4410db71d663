import { connect, type Socket } from 'node:net';
import type { Clock } from '../runtime/clock.ts';
import { errorCode, errorMessage } from '../runtime/errors.ts';
import { headerSize, rcode, rcodeName, rrType } from '../wire/codes.ts';
import { lengthPrefix, StreamFramer, type Frame } from '../wire/framing.ts';
import { encodeQuestion, readUint16, writeUint16 } from '../wire/message.ts';
import { encodeName } from '../wire/name.ts';
import { readReplyRecords } from '../wire/reply-records.ts';
import { UpdateError } from './errors.ts';
import { TsigConversation } from './tsig.ts';
import type { TsigKey } from './tsig-key.ts';
import { ZoneReader, type ZoneContents } from './zone-contents.ts';

/** Nothing has come for so long: the server is given up. */
const silenceMs = 15_000;
/** Records of a transfer; of more the memory of this process would not be bounded. */
const maxRecords = 5_000_000;

export interface PrimaryOptions {
  /** An IP address or a host name. */
  readonly host: string;
  readonly port: number;
  /** Read for each request: it may be replaced at any time. Throws UpdateError where there is none. */
  readonly readKey: () => TsigKey;
  readonly clock: Clock;
  /** A cryptographically random number from 0 to 65535. */
  readonly randomUint16: () => number;
  /** Ends what is under way; it rejects then. */
  readonly signal: AbortSignal;
}

/**
 * The primary server of zones: transfers them (RFC 5936) and takes updates (RFC 2136), over TCP, all of it signed (RFC 8945). Each
 * request has a connection of its own: servers close idle ones when they like.
 */
export class PrimaryServer {
  readonly #options: PrimaryOptions;

  constructor(options: PrimaryOptions) {
    this.#options = options;
  }

  get address(): string {
    const { host, port } = this.#options;
    return `${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  /** Reads a whole zone; `owner` is who we are. Rejects with UpdateError. */
  async transfer(zone: string, owner: string): Promise<ZoneContents> {
    const question = encodeQuestion(encodeName(zone)!, rrType.AXFR);
    const reader = new ZoneReader(zone, owner);
    let soas = 0;
    let records = 0;
    // Nobody is to ask others for it (RFC 5936 section 2.2.1).
    question[2] = 0;
    await this.#converse(question, (message, isSigned) => {
      const code = codeOf(message);
      if (code !== rcode.NOERROR) throw this.#refusal(code, zone, 'transfer');
      const { answers } = readReplyRecords(message, 0, message.length) ?? {};
      if (!answers) throw malformed('is malformed');
      for (const record of answers) {
        if (soas === 2 || (records === 0 && record.type !== rrType.SOA)) throw malformed('is no transfer');
        if (++records > maxRecords)
          throw new UpdateError(
            'too-large',
            `the zone has more than ${maxRecords} records, which is more than are read`,
          );
        if (record.type === rrType.SOA) soas++;
        else reader.add(record);
      }
      if (soas < 2) return false;
      if (!isSigned) throw malformed('ends without a signature');
      return true;
    });
    return reader.finish();
  }

  /**
   * Sends an UPDATE message, and resolves with the response code where that says something about its contents. Rejects with
   * UpdateError: then it is known to have been refused, or nothing is known.
   */
  async update(zone: string, message: Uint8Array): Promise<number> {
    let code: number = rcode.SERVFAIL;
    await this.#converse(message, (reply) => {
      code = codeOf(reply);
      return true;
    });
    if (code === rcode.REFUSED || code === rcode.NOTAUTH || code === rcode.NOTIMP)
      throw this.#refusal(code, zone, 'update');
    return code;
  }

  #refusal(code: number, zone: string, what: 'transfer' | 'update'): UpdateError {
    const at = `${this.address} refuses to ${what} the zone ${zone} (${rcodeName(code)})`;
    const { name } = this.#options.readKey();
    if (code === rcode.NOTAUTH)
      return new UpdateError(
        'not-authoritative',
        `${at}: it is not a primary server of it; is the name of the zone right?`,
      );
    const rights = `let the key '${name}' transfer and update it there`;
    if (code === rcode.REFUSED || code === rcode.NOTIMP) return new UpdateError('refused', `${at}: ${rights}`);
    return new UpdateError('server', `${at}: see its log`);
  }

  /** Sends a request, and gives each message of the reply to `take`, without its signature, until that says it was the last. */
  async #converse(request: Uint8Array, take: (message: Uint8Array, isSigned: boolean) => boolean): Promise<void> {
    const { host, port, readKey, clock, randomUint16, signal } = this.#options;
    const id = randomUint16();
    writeUint16(request, 0, id);
    const tsig = new TsigConversation(readKey());
    await new Promise<void>((resolve, reject) => {
      if (signal.aborted) {
        reject(new UpdateError('unreachable', 'it was stopped'));
        return;
      }
      const socket = connect({ host, port });
      let cancelTimeout = (): void => undefined;
      const finish = (error?: unknown): void => {
        cancelTimeout();
        signal.removeEventListener('abort', onAbort);
        socket.destroy();
        if (error === undefined) resolve();
        else reject(error instanceof Error ? error : new Error(errorMessage(error)));
      };
      const onAbort = (): void => finish(new UpdateError('unreachable', 'it was stopped'));
      const restartTimeout = (): void => {
        cancelTimeout();
        const text = `${this.address} says nothing for ${silenceMs / 1000} s`;
        cancelTimeout = clock.after(silenceMs, () => finish(new UpdateError('timeout', text)));
      };
      signal.addEventListener('abort', onAbort, { once: true });
      restartTimeout();
      socket.on('connect', () => sendFramed(socket, tsig.sign(request, clock.wall())));
      socket.on('error', (error) => finish(this.#unreachable(error)));
      socket.on('close', () =>
        finish(new UpdateError('unreachable', `${this.address} closes the connection before it has replied`)),
      );
      const framer = new StreamFramer();
      const frame: Frame = { bytes: new Uint8Array(0), start: 0, end: 0 };
      socket.on('data', (chunk: Buffer) => {
        restartTimeout();
        try {
          for (let at = 0; at < chunk.length;) {
            at = framer.next(chunk, at, frame);
            if (framer.isPartial) return;
            const reply = frame.bytes.subarray(frame.start, frame.end);
            if (reply.length < headerSize || readUint16(reply, 0) !== id || (reply[2]! & 0x80) === 0)
              throw malformed('is no reply to the request');
            const { message, isSigned } = tsig.verify(reply, clock.wall());
            if (take(message, isSigned)) {
              finish();
              return;
            }
          }
        } catch (error) {
          finish(error);
        }
      });
    });
  }

  #unreachable(error: unknown): UpdateError {
    const code = errorCode(error);
    const text = code === 'ECONNREFUSED' ? 'nothing listens there (TCP)' : errorMessage(error);
    return new UpdateError('unreachable', `${this.address} cannot be reached: ${text}`, { cause: error });
  }
}

function sendFramed(socket: Socket, message: Uint8Array): void {
  const length = Buffer.alloc(lengthPrefix);
  length.writeUInt16BE(message.length);
  socket.write(Buffer.concat([length, message]));
}

function codeOf(message: Uint8Array): number {
  return message[3]! & 0x0f;
}

function malformed(what: string): UpdateError {
  return new UpdateError('malformed', `the server's reply ${what}`);
}
