import { optionHeadSize } from '../../../wire/edns.ts';
import { readUint16, type RecordPosition } from '../../../wire/message.ts';

/** The option code of DNS cookies (RFC 7873 section 4). */
const optionCode = 10;
const clientSize = 8;
const maxServerSize = 32;

/**
 * The cookie that is shared with one upstream, as a further thing that whoever forges its replies would have to guess (RFC 7873):
 * 8 octets of ours, which it sends back, and behind them what it has given us. It has nothing to do with those of clients.
 */
export class UpstreamCookie {
  /** The EDNS option that goes with each query. */
  option: Uint8Array;

  constructor(randomUint16: () => number) {
    this.option = new Uint8Array(optionHeadSize + clientSize);
    this.option[1] = optionCode;
    this.option[3] = clientSize;
    for (let i = optionHeadSize; i < this.option.length; i++) this.option[i] = randomUint16();
  }

  /**
   * Reads the cookie of a reply: false where it is not ours, so that the reply is not to be taken (RFC 7873 section 5.3). A reply
   * without one is of an upstream that knows no cookies.
   */
  check(message: Uint8Array, opt: RecordPosition): boolean {
    for (let at = opt.rdataStart; at < opt.end; at += optionHeadSize + readUint16(message, at + 2)) {
      if (readUint16(message, at) !== optionCode) continue;
      const size = readUint16(message, at + 2);
      if (size < clientSize || size > clientSize + maxServerSize) return false;
      for (let i = optionHeadSize; i < optionHeadSize + clientSize; i++) {
        if (message[at + i] !== this.option[i]) return false;
      }
      this.#learn(message, at, optionHeadSize + size);
      return true;
    }
    return true;
  }

  /** Keeps the upstream's part, which it may change with each reply. */
  #learn(message: Uint8Array, start: number, size: number): void {
    if (size !== this.option.length) {
      const longer = new Uint8Array(size);
      longer.set(this.option.subarray(0, optionHeadSize + clientSize));
      longer[3] = size - optionHeadSize;
      this.option = longer;
    }
    for (let i = optionHeadSize + clientSize; i < size; i++) this.option[i] = message[start + i]!;
  }
}
