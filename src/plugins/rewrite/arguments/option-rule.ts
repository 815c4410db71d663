import type { Token } from '../../../corefile/ast.ts';
import { quote } from '../../../corefile/quote.ts';
import { didYouMean } from '../../../corefile/suggest.ts';
import { clientSubnetOption } from '../../../wire/client-subnet.ts';
import { isMetadataLabel } from '../../../wire/metadata.ts';
import { optionActions, type OptionRule, type OptionValue } from '../config.ts';
import { nsidOption } from '../rules/option-list.ts';
import { maxOptionData, optionVariables } from '../rules/option-value.ts';
import type { Words } from './words.ts';

const usages = {
  local: 'edns0 local set|append|replace|unset CODE [DATA|{VARIABLE}] [revert]',
  nsid: 'edns0 nsid set|append|replace|unset [revert]',
  subnet: 'edns0 subnet set|append|replace|unset [IPV4BITS IPV6BITS] [revert]',
} as const;
/** Options of a conversation between neighbours, which `forward` has with each upstream itself. */
const ownOptions: ReadonlyMap<number, string> = new Map([
  [10, 'cookies (RFC 7873) are made for each upstream'],
  [11, 'keepalive (RFC 7828) is made for each connection'],
  [12, 'padding (RFC 7830) is made for each message'],
]);

/** `edns0 local|nsid|subnet ACTION …`. */
export function readOptionRule(words: Words): OptionRule | undefined {
  if (!words.has({ min: 2 }, 'edns0 local|nsid|subnet set|append|replace|unset ...')) return undefined;
  const kind = words.oneOf('the EDNS option', ['local', 'nsid', 'subnet']);
  const action = kind && words.oneOf('what is done with the EDNS option', optionActions);
  if (kind === undefined || action === undefined) return undefined;
  const takesValue = action !== 'unset';
  const isReverted = takesValue && words.endsWith('revert');
  const values = { local: takesValue ? 2 : 1, nsid: 0, subnet: takesValue ? 2 : 0 }[kind] + (isReverted ? 1 : 0);
  if (!words.has({ min: values, max: values }, usages[kind])) return undefined;
  const rule = { field: 'edns0', action, isReverted } as const;
  if (kind === 'nsid') return { ...rule, code: nsidOption, value: { kind: 'octets', octets: new Uint8Array(0) } };
  if (kind === 'subnet') {
    const value = takesValue ? readSubnet(words) : undefined;
    return takesValue && value === undefined ? undefined : { ...rule, code: clientSubnetOption, value };
  }
  const code = readCode(words, takesValue);
  if (code === undefined) return undefined;
  const value = takesValue ? readValue(words, words.take()) : undefined;
  return takesValue && value === undefined ? undefined : { ...rule, code, value };
}

/** A number as in Go's source: `0xffee`, `65518`. */
function readCode(words: Words, isSent: boolean): number | undefined {
  const token = words.take();
  const code = /^(0x[\da-f]+|0b[01]+|0o[0-7]+|0|[1-9]\d*)$/i.test(token.text) ? Number(token.text) : NaN;
  if (!(code <= 0xffff)) {
    words.fail(token, `expected the code of an EDNS option, from 0 to 0xffff, found ${quote(token.text)}`);
    return undefined;
  }
  const reason = isSent ? ownOptions.get(code) : undefined;
  if (reason === undefined) return code;
  words.fail(token, `EDNS option ${quote(token.text)} cannot be set: ${reason}; expected another code, or 'unset'`);
  return undefined;
}

function readValue(words: Words, token: Token): OptionValue | undefined {
  const { text } = token;
  if (text.startsWith('{') && text.endsWith('}')) {
    const name = text.slice(1, -1);
    if (optionVariables.includes(name) || isMetadataLabel(name)) return { kind: 'variable', name };
    const known = optionVariables.map((each) => `'{${each}}'`).join(', ');
    const near = didYouMean(
      text,
      optionVariables.map((each) => `{${each}}`),
    );
    words.fail(token, `expected ${known} or a metadata label such as '{plugin/label}', found ${quote(text)}${near}`);
    return undefined;
  }
  const isHex = text.startsWith('0x');
  if (isHex && !/^0x([\da-f]{2})*$/i.test(text)) {
    words.fail(token, `expected two hexadecimal digits for each octet behind '0x', found ${quote(text)}`);
    return undefined;
  }
  const octets = Uint8Array.from(isHex ? Buffer.from(text.slice(2), 'hex') : Buffer.from(text));
  if (octets.length <= maxOptionData) return { kind: 'octets', octets };
  words.fail(token, `expected at most ${maxOptionData} octets of data, found ${octets.length}`);
  return undefined;
}

function readSubnet(words: Words): OptionValue | undefined {
  const bits4 = readBits(words, words.take(), 4);
  const bits6 = readBits(words, words.take(), 6);
  return bits4 === undefined || bits6 === undefined ? undefined : { kind: 'subnet', bits4, bits6 };
}

function readBits(words: Words, token: Token, family: 4 | 6): number | undefined {
  const max = family === 4 ? 32 : 128;
  if (/^\d{1,3}$/.test(token.text) && Number(token.text) <= max) return Number(token.text);
  words.fail(
    token,
    `expected how many bits of IPv${family} addresses are told, from 0 to ${max}, found ${quote(token.text)}`,
  );
  return undefined;
}
