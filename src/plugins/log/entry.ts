import type { LogFields } from '../../runtime/logger.ts';
import { className, maxMessageSize, minUdpPayload, rcodeName } from '../../wire/codes.ts';
import { typeName } from '../../wire/record-types.ts';
import { formatName } from '../../wire/name.ts';
import { metadataOf } from '../../wire/metadata.ts';
import type { Peer, Query } from '../../wire/query.ts';
import { replyCode } from '../../wire/reply.ts';

/** The header's flags by octet and bit, in the order in which CoreDNS names them. */
const flags = [
  { octet: 2, bit: 0x80, name: 'qr' },
  { octet: 2, bit: 0x04, name: 'aa' },
  { octet: 2, bit: 0x02, name: 'tc' },
  { octet: 2, bit: 0x01, name: 'rd' },
  { octet: 3, bit: 0x80, name: 'ra' },
  { octet: 3, bit: 0x40, name: 'z' },
  { octet: 3, bit: 0x20, name: 'ad' },
  { octet: 3, bit: 0x10, name: 'cd' },
] as const;

/** The names of all flags that may be set together, by `flagsKey`: few lines are logged, and each finds cold caches. */
const flagTexts: readonly string[] = Array.from({ length: 0x100 }, (_, key) => {
  const octets = [0, 0, (key & 0x80) | ((key >> 4) & 7), key << 4];
  return flags
    .filter(({ octet, bit }) => (octets[octet]! & bit) !== 0)
    .map(({ name }) => name)
    .join(',');
});

/** QR, AA, TC and RD of the third octet of a message, and the upper half of the fourth. */
function flagsKey(third: number, fourth: number): number {
  return (third & 0x80) | ((third & 7) << 4) | (fourth >> 4);
}

/** One query and its reply in words. Made for a line that is logged, and not kept. */
export class LogEntry {
  readonly type: string;
  readonly class: string;
  /** In lower case, absolute. */
  readonly name: string;
  readonly proto: 'udp' | 'tcp';
  /** IPv6 in brackets. */
  readonly remote: string;
  readonly port: number;
  /** Octets of the query. */
  readonly size: number;
  readonly id: number;
  readonly dnssecOk: boolean;
  /** `undefined` where there is no reply. */
  readonly rcode: string | undefined;
  readonly replyFlags: string;
  /** Octets of the reply as it is sent. */
  readonly replySize: number;
  /** Seconds with up to nine decimals, without unit. */
  readonly seconds: string;
  readonly #query: Query;

  constructor(query: Query, length: number, durationMs: number) {
    query.readName();
    this.#query = query;
    this.type = typeName(query.type);
    this.class = className(query.class);
    this.name = formatName(query.lower);
    this.proto = query.transport === 'udp' ? 'udp' : 'tcp';
    this.remote = bracketed(query.peer);
    this.port = query.peer.port;
    this.size = query.end - query.start;
    this.id = query.id;
    this.dnssecOk = query.dnssecOk;
    const isReply = length > 0;
    this.rcode = isReply ? rcodeName(replyCode(query)) : undefined;
    const { out, outStart } = query;
    this.replyFlags = isReply ? flagTexts[flagsKey(out[outStart + 2]!, out[outStart + 3]!)]! : '';
    this.replySize = length;
    this.seconds = withoutZeros((durationMs / 1000).toFixed(9));
  }

  get local(): string {
    return bracketed(this.#query.local);
  }

  /** What is known of the query under the label. */
  metadata(label: string): string | undefined {
    return metadataOf(this.#query, label);
  }

  get opcode(): number {
    return this.#query.opcode;
  }

  /** What the client takes, as CoreDNS counts it: at least 512 over UDP, and everything over TCP. */
  get bufsize(): number {
    return this.proto === 'tcp' ? maxMessageSize : Math.max(this.#query.clientPayload, minUdpPayload);
  }

  /** For the JSON form of the log: CoreDNS's keys, and the flags of the reply. */
  get fields(): LogFields {
    return {
      plugin: 'log',
      client_ip: this.#query.peer.address,
      client_port: this.port,
      qname: this.name,
      qtype: this.type,
      qclass: this.class,
      protocol: this.proto,
      id: this.id,
      opcode: this.opcode,
      request_size: this.size,
      dnssec_ok: this.dnssecOk,
      bufsize: this.bufsize,
      rcode: this.rcode ?? null,
      response_flags: this.replyFlags,
      response_size: this.replySize,
      duration_seconds: Number(this.seconds),
    };
  }
}

function bracketed({ address, family }: Peer): string {
  return family === 6 ? `[${address}]` : address;
}

/** Of a number with decimals, without those at its end that say nothing. */
function withoutZeros(decimals: string): string {
  let end = decimals.length;
  while (decimals.endsWith('0', end)) end--;
  return decimals.slice(0, decimals.endsWith('.', end) ? end - 1 : end);
}
