import { cidr, takes } from '../../corefile/arguments.ts';
import type { Directive, Token } from '../../corefile/ast.ts';
import { type OptionForm, readOptionBlock } from '../../corefile/option-block.ts';
import type { Problems } from '../../corefile/problem.ts';
import { quote } from '../../corefile/quote.ts';
import { parseAddress } from '../../wire/address.ts';
import { cidrOf, type Cidr, parseNetwork } from '../../wire/network.ts';
import type { ParseContext } from '../plugin.ts';
import { singleDirective } from '../single-directive.ts';
import type { Dns64Config } from './dns64.ts';

/** The Well-Known Prefix (RFC 6052 section 2.1). */
const defaultPrefix = cidrOf(parseNetwork('64:ff9b::/96')!);
/** RFC 6052 section 2.2. */
const prefixLengths = [32, 40, 48, 56, 64, 96];

type Options = { -readonly [Key in keyof Dns64Config]: Dns64Config[Key] };

interface OptionReader extends OptionForm {
  read(line: Directive, options: Options, problems: Problems): void;
}

const readers: Readonly<Record<string, OptionReader>> = Object.freeze({
  prefix: {
    args: { min: 1, max: 1 },
    usage: 'PREFIX',
    read({ args: [token] }, options, problems) {
      options.prefix = prefixOf(token!, problems) ?? options.prefix;
    },
  },
  translate_all: {
    args: { min: 0, max: 0 },
    usage: 'nothing',
    read(_, options) {
      options.translatesAll = true;
    },
  },
  allow_ipv4: {
    args: { min: 0, max: 0 },
    usage: 'nothing',
    read(_, options) {
      options.allowsIpv4 = true;
    },
  },
});

/**
 *     dns64 [PREFIX] {
 *         prefix PREFIX
 *         translate_all
 *         allow_ipv4
 *     }
 */
export function parseDns64(directives: readonly Directive[], { problems }: ParseContext): Dns64Config {
  const options: Options = { prefix: defaultPrefix, translatesAll: false, allowsIpv4: false };
  const directive = singleDirective(directives, problems);
  if (!directive || !takes(directive, { max: 1 }, 'at most one PREFIX', problems)) return options;
  const [token] = directive.args;
  const read = readOptionBlock(directive, 'dns64', readers, problems, (reader, line) =>
    reader.read(line, options, problems),
  );
  if (token === undefined) return options;
  const repeated = read.get('prefix');
  if (repeated) {
    const message = `the prefix stands behind 'dns64' already: ${quote(token.text)}`;
    problems.error('COREFILE_CONFLICT', repeated.name.position, message);
  }
  options.prefix = prefixOf(token, problems) ?? options.prefix;
  return options;
}

function prefixOf(token: Token, problems: Problems): Cidr | undefined {
  const prefix = cidr(token, 'the prefix of dns64', problems);
  if (prefix === undefined) return undefined;
  if (prefix.family !== 6 || !prefixLengths.includes(prefix.prefixLength)) {
    const message = `the prefix of dns64 must be an IPv6 network of 32, 40, 48, 56, 64 or 96 bits, found ${quote(token.text)}`;
    problems.error('COREFILE_ARGUMENT', token.position, message);
    return undefined;
  }
  if (parseAddress(prefix.address)![8] !== 0) {
    const message = `bits 64 to 71 of a prefix must be 0 (RFC 6052 section 2.2), found ${quote(token.text)}`;
    problems.warning('COREFILE_ARGUMENT', token.position, message);
  }
  return prefix;
}
