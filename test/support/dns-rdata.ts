/** Record types by name (IANA), as far as tests use them. */
export const typeCodes: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DS: 43,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  SVCB: 64,
  HTTPS: 65,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  CAA: 257,
};

/** The code of `A`, `TYPE65280` …; throws where the text is none of these. */
export function typeCode(text: string): number {
  const code = typeCodes[text] ?? Number(/^TYPE(\d+)$/.exec(text)?.[1] ?? NaN);
  if (Number.isNaN(code)) throw new Error(`no record type: ${text}`);
  return code;
}

export function typeText(code: number): string {
  return Object.entries(typeCodes).find(([, each]) => each === code)?.[0] ?? `TYPE${code}`;
}

/** A name in presentation form with its case, and where the octets behind it start. */
export function nameReader(message: Buffer, start: number, compressed: boolean): { text: string; end: number } {
  let text = '';
  let end = -1;
  let octets = 1;
  for (let at = start; ;) {
    const length = message.readUInt8(at);
    if (length >= 0xc0) {
      if (!compressed) throw new Error('a compressed name where none is allowed');
      const target = message.readUInt16BE(at) & 0x3fff;
      if (target >= at) throw new Error('a compression pointer that does not point backwards');
      end = end < 0 ? at + 2 : end;
      at = target;
      continue;
    }
    if (length > 63) throw new Error('a label of an unknown type');
    if (length === 0) return { text: text === '' ? '.' : text, end: end < 0 ? at + 1 : end };
    octets += length + 1;
    if (octets > 255) throw new Error('a name of more than 255 octets');
    for (const octet of message.subarray(at + 1, at + 1 + length)) text += escaped(octet);
    text += '.';
    at += length + 1;
  }
}

function escaped(octet: number): string {
  const char = String.fromCharCode(octet);
  if (octet <= 0x20 || octet > 0x7e) return `\\${String(octet).padStart(3, '0')}`;
  return '".;()@$\\'.includes(char) ? `\\${char}` : char;
}

/** RDATA in the form in which dig prints it. Only CNAME, NS, PTR, SOA and MX may be compressed (RFC 3597 section 4). */
export function formatRdata(message: Buffer, type: number, start: number, end: number): string {
  const { text, at } = read(message, type, start, end);
  if (at !== end) throw new Error(`RDATA of ${typeText(type)} ends ${end - at} octets early`);
  return text;
}

function read(message: Buffer, type: number, start: number, end: number): { text: string; at: number } {
  const name = (at: number, compressed = true): { text: string; end: number } => nameReader(message, at, compressed);
  switch (typeText(type)) {
    case 'A':
      return { text: [...message.subarray(start, start + 4)].join('.'), at: start + 4 };
    case 'AAAA':
      return { text: ipv6Text(message.subarray(start, start + 16)), at: start + 16 };
    case 'NS':
    case 'CNAME':
    case 'PTR': {
      const target = name(start);
      return { text: target.text, at: target.end };
    }
    case 'MX': {
      const exchange = name(start + 2);
      return { text: `${message.readUInt16BE(start)} ${exchange.text}`, at: exchange.end };
    }
    case 'SRV': {
      const target = name(start + 6, false);
      const numbers = [0, 2, 4].map((offset) => message.readUInt16BE(start + offset));
      return { text: `${numbers.join(' ')} ${target.text}`, at: target.end };
    }
    case 'SOA': {
      const primary = name(start);
      const mailbox = name(primary.end);
      const numbers = [0, 4, 8, 12, 16].map((offset) => message.readUInt32BE(mailbox.end + offset));
      return { text: `${primary.text} ${mailbox.text} ${numbers.join(' ')}`, at: mailbox.end + 20 };
    }
    case 'TXT': {
      const strings: string[] = [];
      let at = start;
      while (at < end) {
        strings.push(`"${message.subarray(at + 1, at + 1 + message.readUInt8(at)).toString('latin1')}"`);
        at += 1 + message.readUInt8(at);
      }
      return { text: strings.join(' '), at };
    }
    case 'SVCB':
    case 'HTTPS': {
      const target = name(start + 2, false);
      const parts = [String(message.readUInt16BE(start)), target.text];
      let at = target.end;
      // In the generic form of RFC 9460 section 2.1, but for its value, which is in hexadecimal digits.
      for (let last = -1; at < end;) {
        const [key, size] = [message.readUInt16BE(at), message.readUInt16BE(at + 2)];
        if (key <= last) throw new Error('keys of SVCB out of order');
        parts.push(`key${key}=${message.subarray(at + 4, at + 4 + size).toString('hex')}`);
        last = key;
        at += 4 + size;
      }
      return { text: parts.join(' '), at };
    }
    default:
      return {
        text: `\\# ${end - start} ${message.subarray(start, end).toString('hex').toUpperCase()}`.trim(),
        at: end,
      };
  }
}

function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16));
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}
