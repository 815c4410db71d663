import { encodeName, formatName } from '../wire/name.ts';

/** HMACs that sign messages (RFC 8945 section 6), by their names in key files, with the octets of a MAC. */
export const tsigAlgorithms = {
  'hmac-sha256': { digest: 'sha256', macSize: 32 },
  'hmac-sha384': { digest: 'sha384', macSize: 48 },
  'hmac-sha512': { digest: 'sha512', macSize: 64 },
} as const;

export type TsigAlgorithm = keyof typeof tsigAlgorithms;

/** A key that this server has in common with a name server. */
export interface TsigKey {
  /** Lower-case, absolute. */
  readonly name: string;
  readonly algorithm: TsigAlgorithm;
  readonly secret: Uint8Array;
}

const weak = ['hmac-md5', 'hmac-md5.sig-alg.reg.int', 'hmac-sha1', 'hmac-sha224'];
/** RFC 8945 section 6 wants at least the octets of the MAC; less than half of them is a mistake. */
const minSecretSize = 16;
const maxFileLength = 65_536;

/**
 * Reads a key file as BIND has it, which `tsig-keygen`, `keymgr -t` and `nsupdate -k` know:
 *
 *     key "publisher" {
 *         algorithm hmac-sha256;
 *         secret "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";
 *     };
 *
 * One key, comments (`#`, `//`, C) allowed. The result is a text, a clause without the secret, where it is none.
 */
export function parseTsigKey(text: string): TsigKey | string {
  if (text.length > maxFileLength) return 'it is too long for a key';
  const plain = text.replaceAll(/"[^"\n]*"|\/\*[^]*?\*\/|(?:#|\/\/)[^\n]*/g, (part) =>
    part.startsWith('"') ? part : ' ',
  );
  const keys = [...plain.matchAll(/\bkey\s+(?:"([^"]*)"|([^\s"{;]+))\s*\{([^{}]*)\}/g)];
  const [only, another] = keys;
  if (!only) return `it has no key; expected 'key "NAME" { algorithm hmac-sha256; secret "BASE64"; };'`;
  if (another) return 'it has several keys; name a file with the one that is meant';
  const [, quoted, bare, body = ''] = only;
  const wire = encodeName(quoted ?? bare ?? '');
  if (!wire || wire.length === 1) return `'${quoted ?? bare ?? ''}' is no name of a key`;
  const algorithm = statement(body, 'algorithm')?.toLowerCase().replace(/\.$/, '');
  if (algorithm === undefined) return 'its key has no algorithm';
  if (weak.includes(algorithm)) return `${algorithm} is too weak; make a key with 'tsig-keygen -a hmac-sha256 NAME'`;
  if (!Object.hasOwn(tsigAlgorithms, algorithm))
    return `its algorithm must be ${Object.keys(tsigAlgorithms).join(', ')}, found '${algorithm}'`;
  const secret = statement(body, 'secret')?.replaceAll(/\s/g, '');
  if (secret === undefined) return 'its key has no secret';
  if (secret === '' || secret.length % 4 !== 0 || !/^[a-z0-9+/]*={0,2}$/i.test(secret))
    return 'its secret is no base64';
  const octets = Buffer.from(secret, 'base64');
  if (octets.length < minSecretSize)
    return `its secret has ${octets.length} octets; at least ${minSecretSize} are needed`;
  return { name: formatName(wire), algorithm: algorithm as TsigAlgorithm, secret: new Uint8Array(octets) };
}

function statement(body: string, word: string): string | undefined {
  const [, quoted, bare] = new RegExp(`(?:^|[;\\s])${word}\\s+(?:"([^"]*)"|([^\\s";]+))\\s*;`).exec(body) ?? [];
  return quoted ?? bare;
}
