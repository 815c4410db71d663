import { didYouMean } from '../../../corefile/suggest.ts';
import { integer } from '../../../corefile/arguments.ts';
import type { Token } from '../../../corefile/ast.ts';
import type { Problems } from '../../../corefile/problem.ts';
import { quote } from '../../../corefile/quote.ts';
import { canonicalAddress, familyOf, parseAddress } from '../../../wire/address.ts';
import { encodeName } from '../../../wire/name.ts';

/** Number and value of a SvcParam (RFC 9460 section 2.2); a text where the value is none. */
type ReadValue = (value: string) => Uint8Array | string;

/** Protocols of HTTP, over which DNS needs a path (RFC 9461 section 5). */
const httpProtocols = ['h2', 'h3', 'http/1.1'];

/** The keys that name a resolver, by their names: RFC 9460 section 14.3.2, RFC 9461 section 8. */
const keys: Readonly<Record<string, { readonly code: number; readonly read: ReadValue }>> = {
  alpn: { code: 1, read: readAlpn },
  port: { code: 3, read: readPort },
  ipv4hint: { code: 4, read: (value) => readHints(value, 4) },
  ipv6hint: { code: 6, read: (value) => readHints(value, 6) },
  dohpath: { code: 7, read: readPath },
};

/**
 * Reads `PRIORITY TARGET KEY=VALUE...` into the RDATA of an SVCB record in its canonical wire form: keys in the order of their
 * numbers, the target not compressed (RFC 9460 section 2.2). Reports COREFILE_ARGUMENT and returns `undefined` for what is
 * none, or is of no use to who looks for an encrypted resolver (RFC 9462 section 4).
 */
export function readSvcb(tokens: readonly Token[], problems: Problems): Uint8Array | undefined {
  const [priorityToken, targetToken, ...rest] = tokens;
  const bad = (token: Token, message: string): void => {
    problems.error('COREFILE_ARGUMENT', token.position, message);
  };
  // Priority 0 is an alias, which has no parameters.
  const range = { min: 1, max: 65_535 };
  const priority = integer(priorityToken!, 'PRIORITY of resolver_svcb', range, problems);
  const target = targetToken!.text === '.' ? undefined : encodeName(targetToken!.text.toLowerCase());
  if (!target) {
    bad(targetToken!, `TARGET of resolver_svcb must be the name of a server, found ${quote(targetToken!.text)}`);
  }
  const params = new Map<number, Uint8Array>();
  let isSound = priority !== undefined && target !== undefined;
  let needsPath: Token | undefined;
  for (const token of rest) {
    const equals = token.text.indexOf('=');
    const name = equals < 0 ? token.text : token.text.slice(0, equals);
    const value = equals < 0 ? '' : token.text.slice(equals + 1);
    const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
    const read = key?.read(value);
    if (!key) bad(token, unknownKey(name));
    else if (params.has(key.code)) bad(token, `key '${name}' of resolver_svcb stands here again`);
    else if (typeof read === 'string') bad(token, `${name} must be ${read}, found ${quote(value)}`);
    else {
      params.set(key.code, read!);
      if (name === 'alpn' && value.split(',').some((each) => httpProtocols.includes(each))) needsPath = token;
      continue;
    }
    isSound = false;
  }
  if (needsPath && isSound && !params.has(keys.dohpath!.code)) {
    bad(needsPath, `alpn names HTTP: then resolver_svcb needs dohpath as well, such as 'dohpath=/dns-query{?dns}'`);
    return undefined;
  }
  if (!isSound) return undefined;
  const sorted = [...params].sort(([a], [b]) => a - b);
  return Uint8Array.from([
    ...uint16(priority!),
    ...target!,
    ...sorted.flatMap(([code, value]) => [...uint16(code), ...uint16(value.length), ...value]),
  ]);
}

function uint16(value: number): [number, number] {
  return [value >>> 8, value & 0xff];
}

function readAlpn(value: string): Uint8Array | string {
  const protocols = value.split(',');
  if (!protocols.every((each) => /^[\x21-\x7e]{1,255}$/.test(each) && !/[\\"]/.test(each))) {
    return "protocols with ',' between them, such as 'dot' or 'h2,h3'";
  }
  return Uint8Array.from(protocols.flatMap((each) => [each.length, ...Buffer.from(each, 'latin1')]));
}

function readPort(value: string): Uint8Array | string {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : 0;
  return port > 0 && port <= 65_535 ? Uint8Array.from(uint16(port)) : 'a port from 1 to 65535';
}

function readHints(value: string, family: 4 | 6): Uint8Array | string {
  const addresses = value.split(',').map((text) => canonicalAddress(text));
  const isFamily = (address: string | undefined): address is string =>
    address !== undefined && familyOf(address) === family;
  if (!addresses.every(isFamily)) return `IPv${family} addresses with ',' between them`;
  return Uint8Array.from(addresses.flatMap((address) => [...parseAddress(address)!]));
}

/** A URI template with the variable `dns`, relative to the server (RFC 9461 section 5). */
function readPath(value: string): Uint8Array | string {
  const isPath = /^\/[\x21-\x7e]{0,1000}$/.test(value) && /\{[?&]?([\w,]+,)?dns(,[\w,]+)?\}/.test(value);
  return isPath
    ? Uint8Array.from(Buffer.from(value, 'latin1'))
    : "a path with the variable dns, such as '/dns-query{?dns}'";
}

function unknownKey(name: string): string {
  const known = Object.keys(keys);
  const expected = didYouMean(name, known) || `; expected one of ${known.join(', ')}`;
  return `unknown key '${name}' of resolver_svcb${expected}`;
}
