import { isMapped, parseAddress } from '../address.ts';
import { unescaped, type RdataWords } from './rdata-words.ts';

/** The octets of a value, or what was expected of it; a value keeps its escapes until it is read. */
type Value = readonly number[] | string;
type ReadValue = (text: string) => Value;

const none: ReadValue = (text) => (text === '' ? [] : 'no value');

/** SvcParamKeys with a form of their own (RFC 9460 section 14.3.2, RFC 9461 section 5, RFC 9540 section 4), in the order of their numbers. */
const keys: readonly (readonly [name: string, read: ReadValue])[] = [
  ['mandatory', readMandatory],
  ['alpn', readProtocols],
  ['no-default-alpn', none],
  ['port', readPort],
  ['ipv4hint', (text) => readHints(text, 4)],
  ['ech', readBase64],
  ['ipv6hint', (text) => readHints(text, 16)],
  ['dohpath', readOctets],
  ['ohttp', none],
];

/** The parameters of SVCB and HTTPS (RFC 9460 section 2.1), written in the order of their numbers. */
export function serviceParameters(words: RdataWords): void {
  const parameters = new Map<number, readonly number[]>();
  while (!words.isAtEnd) {
    const word = words.take('a parameter');
    const equals = word.text.indexOf('=');
    const name = equals < 0 ? word.text : word.text.slice(0, equals);
    let text = equals < 0 ? '' : word.text.slice(equals + 1);
    // A value with blanks in it stands in quotes.
    if (equals >= 0 && text === '' && words.peek()?.isQuoted === true) text = words.take('a value').text;
    const key = word.isQuoted ? undefined : keyNumber(name);
    const value = key === undefined ? 'a parameter such as port=443' : (keys[key]?.[1] ?? readOctets)(text);
    if (typeof value === 'string') words.fail(value, word);
    else if (parameters.has(key!)) words.fail('each parameter once', word);
    else if (value.length > 0xffff) words.fail('a shorter value', word);
    else parameters.set(key!, value);
  }
  for (const key of [...parameters.keys()].sort((a, b) => a - b)) {
    const value = parameters.get(key)!;
    words.putNumber(key, 2);
    words.putNumber(value.length, 2);
    words.put(value);
  }
}

/** The number of `alpn` or `key667`; the highest is reserved. */
function keyNumber(name: string): number | undefined {
  const known = keys.findIndex(([each]) => each === name);
  if (known >= 0) return known;
  const number = /^key(0|[1-9]\d{0,4})$/.exec(name)?.[1];
  return number === undefined || Number(number) >= 0xffff ? undefined : Number(number);
}

/** Numbers of keys in ascending order. */
function readMandatory(text: string): Value {
  const numbers = text.split(',').map(keyNumber);
  if (!numbers.every((each) => each !== undefined)) return "the names of parameters with ',' between them";
  return [...new Set(numbers)].sort((a, b) => a - b).flatMap((each) => [each >> 8, each & 0xff]);
}

/** The list of RFC 9460 appendix A.1: what is left of the escapes of a zone file has escapes of its own, for `,` and `\`. */
function readProtocols(text: string): Value {
  const expected = "protocols of 1 to 255 octets with ',' between them";
  const octets = unescaped(text);
  if (octets === undefined) return expected;
  const list: number[][] = [[]];
  for (let i = 0; i < octets.length; i++) {
    const octet = octets[i]!;
    if (octet === 0x2c) list.push([]);
    else if (octet === 0x5c) {
      const next = octets[++i];
      if (next !== 0x2c && next !== 0x5c) return expected;
      list.at(-1)!.push(next);
    } else list.at(-1)!.push(octet);
  }
  if (!list.every(({ length }) => length > 0 && length <= 255)) return expected;
  return list.flatMap((each) => [each.length, ...each]);
}

function readPort(text: string): Value {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  return port <= 0xffff ? [port >> 8, port & 0xff] : 'a port from 0 to 65535';
}

function readHints(text: string, size: 4 | 16): Value {
  const list: number[] = [];
  for (const part of text.split(',')) {
    const octets = parseAddress(part);
    if (octets?.length !== size || (size === 16 && isMapped(octets, 0)))
      return `${size === 4 ? 'IPv4' : 'IPv6'} addresses with ',' between them`;
    list.push(...octets);
  }
  return list;
}

function readBase64(text: string): Value {
  const isBase64 = /^([a-z0-9+/]{4})*([a-z0-9+/]{2}==|[a-z0-9+/]{3}=)?$/i.test(text);
  return isBase64 ? [...Buffer.from(text, 'base64')] : 'base64';
}

function readOctets(text: string): Value {
  return unescaped(text) ?? 'escapes of a backslash and three digits up to 255, or one other character';
}
