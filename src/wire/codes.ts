/** Record types (IANA DNS parameters) that the code names. */
export const rrType = {
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
  DNAME: 39,
  OPT: 41,
  SVCB: 64,
  HTTPS: 65,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
} as const;

/**
 * Types that ask for something else than the records of a name: transfers (RFC 5936, RFC 1995), keys and signatures of a
 * conversation (RFC 2930, RFC 8945), and what is obsolete (RFC 1035). They are refused, whoever has the name.
 */
export const refusedTypes: ReadonlySet<number> = new Set([
  rrType.AXFR,
  rrType.IXFR,
  rrType.TKEY,
  rrType.TSIG,
  rrType.MAILA,
  rrType.MAILB,
]);

/** Record classes. */
export const rrClass = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const;

/** Response codes; BADVERS (16) needs EDNS (RFC 6891 section 6.1.3). */
export const rcode = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  BADVERS: 16,
  BADCOOKIE: 23,
} as const;

/** Bits of the header's flag word (RFC 1035 section 4.1.1, RFC 4035 section 3), as of its two octets. */
export const headerFlag = {
  /** Octet 2. */
  QR: 0x80,
  OPCODE: 0x78,
  AA: 0x04,
  TC: 0x02,
  RD: 0x01,
  /** Octet 3. */
  RA: 0x80,
  Z: 0x40,
  AD: 0x20,
  CD: 0x10,
  RCODE: 0x0f,
} as const;

/** Octets of the message header. */
export const headerSize = 12;
/** The longest name on the wire (RFC 1035 section 2.3.4), in octets with the root label. */
export const maxNameLength = 255;
/** The longest message over TCP, in octets. */
export const maxMessageSize = 65_535;
/** The UDP payload that is announced in our OPT, and the default reply limit (DNS flag day 2020). */
export const defaultUdpPayload = 1232;
/** What a client without EDNS can take over UDP (RFC 1035 section 4.2.1). */
export const minUdpPayload = 512;
/** Octets of an OPT record without options. */
export const optRecordSize = 11;

const classNames = new Map<number, string>(Object.entries(rrClass).map(([name, code]) => [code, name]));
/** All that are assigned (IANA DNS RCODEs); 16 is BADSIG in a TSIG record, which is none of ours. */
const rcodeNames = new Map<number, string>(
  Object.entries({
    ...rcode,
    DSOTYPENI: 11,
    BADKEY: 17,
    BADTIME: 18,
    BADMODE: 19,
    BADNAME: 20,
    BADALG: 21,
    BADTRUNC: 22,
    BADCOOKIE: 23,
  }).map(([name, code]) => [code, name]),
);

/** `IN`, `CH` …, or `CLASS42`. */
export function className(code: number): string {
  return classNames.get(code) ?? `CLASS${code}`;
}

/** The class of this name, in any case; `CLASS42` gives its number. `undefined` where it is none. */
export function classCode(text: string): number | undefined {
  const name = text.toUpperCase();
  for (const [code, known] of classNames) if (known === name) return code;
  const code = /^CLASS(\d{1,5})$/.exec(name)?.[1];
  return code === undefined || Number(code) > 0xffff ? undefined : Number(code);
}

/** The response code of this name, in any case. `undefined` where it is none. */
export function rcodeOf(text: string): number | undefined {
  const name = text.toUpperCase();
  for (const [code, known] of rcodeNames) if (known === name) return code;
  return undefined;
}

/** The names that `rcodeOf` takes, for suggestions. */
export const rcodeTexts: readonly string[] = [...rcodeNames.values()];

/** `NOERROR`, `NXDOMAIN` …, as CoreDNS names them, or the number as text. */
export function rcodeName(code: number): string {
  return rcodeNames.get(code) ?? String(code);
}
