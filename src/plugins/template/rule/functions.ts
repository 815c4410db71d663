import { TemplateFault } from '../../../go-template/fault.ts';
import { type Functions, GoFunction } from '../../../go-template/values.ts';

/** The functions that CoreDNS adds to those of Go: `parseInt STRING BASE BITS` is Go's strconv.ParseUint. */
export const templateFunctions: Functions = new Map([
  [
    'parseInt',
    new GoFunction(['string', 'int', 'int'], ([text, base, bits]) =>
      parseUint(text as string, base as bigint, bits as bigint),
    ),
  ],
]);

const maxDigits = 1000;

/** Base 0 goes by the prefix `0x`, `0b`, `0o` or `0`, and takes `_` between digits; 0 bits are 64. */
function parseUint(text: string, base: bigint, bits: bigint): bigint {
  const fail = (reason: string): never => {
    throw new TemplateFault(`strconv.ParseUint: parsing ${JSON.stringify(text.slice(0, 80))}: ${reason}`);
  };
  if (text === '') return fail('invalid syntax');
  if (base !== 0n && (base < 2n || base > 36n)) return fail(`invalid base ${base}`);
  if (bits < 0n || bits > 64n) return fail(`invalid bit size ${bits}`);
  const [digits, radix] = base === 0n ? prefixed(text) : [text, base];
  if (!isNumber(digits, Number(radix))) return fail('invalid syntax');
  const significant = digits.replace(/^0+/, '');
  if (significant.length > maxDigits) return fail('value out of range');
  let value = 0n;
  for (const digit of significant) value = value * radix + BigInt(parseInt(digit, Number(radix)));
  if (value >= 1n << (bits === 0n ? 64n : bits)) return fail('value out of range');
  return value;
}

/** Digits and their base; no digits where the underscores are wrong. */
function prefixed(text: string): readonly [string, bigint] {
  const [, prefix = '', digits = ''] = /^(0x|0b|0o|0(?=.))?(.*)$/is.exec(text) ?? [];
  const bases: Readonly<Record<string, bigint>> = { '0x': 16n, '0b': 2n, '0o': 8n, '0': 8n };
  const isSound = !/__|_$/.test(digits) && (prefix !== '' || !digits.startsWith('_'));
  return [isSound ? digits.replaceAll('_', '') : '', bases[prefix.toLowerCase()] ?? 10n];
}

function isNumber(digits: string, radix: number): boolean {
  return digits !== '' && Array.from(digits).every((digit) => /[a-z0-9]/i.test(digit) && parseInt(digit, 36) < radix);
}
