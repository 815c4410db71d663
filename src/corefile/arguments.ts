import { familyOf, normalizeAddress } from '../wire/address.ts';
import { cidrOf, parseNetwork, type Cidr } from '../wire/network.ts';
import type { Directive, Token } from './ast.ts';
import { formatDurationMs, parseDurationMs } from './duration.ts';
import { zonesOf } from './key.ts';
import type { Problems } from './problem.ts';
import { quote } from './quote.ts';
import { didYouMean, nearest } from './suggest.ts';
import { normalizeZone } from './zone.ts';

/** Both ends belong to it; an end that is left out is open. */
export interface Range {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/**
 * Reads an integer, `-` and `+` allowed, within the range. `what` names the argument in messages, such as
 * `max_fails`. Reports COREFILE_ARGUMENT and returns `undefined` otherwise.
 */
export function integer(token: Token, what: string, range: Range, problems: Problems): number | undefined {
  if (!/^[+-]?\d+$/.test(token.text)) {
    bad(token, `${what} must be an integer`, problems);
    return undefined;
  }
  const value = Number(token.text);
  if (!Number.isSafeInteger(value)) {
    bad(token, `${what} must be a smaller number`, problems);
    return undefined;
  }
  // `-0` is 0 to everybody but Object.is.
  return inRange(value === 0 ? 0 : value, token, what, range, String, problems);
}

/**
 * Reads a duration of Go's `time.ParseDuration`, such as `300ms`, `1h30m`, `-5s` or `0`. Milliseconds, and the range
 * is in milliseconds too. Reports COREFILE_ARGUMENT and returns `undefined` otherwise.
 */
export function duration(token: Token, what: string, range: Range, problems: Problems): number | undefined {
  const ms = parseDurationMs(token.text);
  if (ms !== undefined) return inRange(ms, token, what, range, formatDurationMs, problems);
  if (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(token.text)) {
    bad(token, `${what} must be a duration with a unit`, problems, `; did you mean ${quote(`${token.text}s`)}?`);
    return undefined;
  }
  bad(token, `${what} must be a duration such as '500ms', '30s' or '1h30m'`, problems);
  return undefined;
}

/** As `duration`, but a bare integer is a number of seconds. The result and the range are in milliseconds. */
export function secondsOrDuration(token: Token, what: string, range: Range, problems: Problems): number | undefined {
  if (!/^[+-]?\d+$/.test(token.text)) {
    if (parseDurationMs(token.text) !== undefined) return duration(token, what, range, problems);
    bad(token, `${what} must be a number of seconds or a duration such as '500ms' or '1h30m'`, problems);
    return undefined;
  }
  const ms = parseDurationMs(`${token.text}s`);
  if (ms === undefined) {
    bad(token, `${what} must be a smaller number of seconds`, problems);
    return undefined;
  }
  return inRange(ms, token, what, range, formatDurationMs, problems);
}

/** Reads `on` or `off`. Reports COREFILE_ARGUMENT and returns `undefined` otherwise. */
export function onOff(token: Token, what: string, problems: Problems): boolean | undefined {
  const word = oneOf(token, what, ['on', 'off'], problems);
  return word === undefined ? undefined : word === 'on';
}

/** Reads one of some words, as they are written. Reports COREFILE_ARGUMENT with the nearest one otherwise. */
export function oneOf<Word extends string>(
  token: Token,
  what: string,
  words: readonly Word[],
  problems: Problems,
): Word | undefined {
  const word = words.find((each) => each === token.text);
  if (word !== undefined) return word;
  bad(token, `${what} must be ${listed(words)}`, problems, didYouMean(token.text, words));
  return undefined;
}

/** Reads an IPv4 or IPv6 address into its canonical text (RFC 5952). Reports COREFILE_ARGUMENT otherwise. */
export function ipAddress(
  token: Token,
  what: string,
  problems: Problems,
): { readonly address: string; readonly family: 4 | 6 } | undefined {
  const address = normalizeAddress(token.text);
  if (address !== undefined) return { address, family: familyOf(address) };
  bad(token, `${what} must be an IPv4 or IPv6 address`, problems);
  return undefined;
}

/** Reads `ADDRESS/LENGTH`; a bare address counts as full length. Reports COREFILE_ARGUMENT otherwise. */
export function cidr(token: Token, what: string, problems: Problems): Cidr | undefined {
  const network = parseNetwork(token.text);
  if (network === undefined) {
    bad(token, `${what} must be a network such as '10.0.0.0/8'`, problems);
    return undefined;
  }
  return cidrOf(network);
}

/**
 * Reads a zone into the form that keys have: lower-case, absolute. Reports COREFILE_ARGUMENT otherwise.
 * See `zoneNames` for arguments where a network may stand for its reverse zones.
 */
export function zoneName(token: Token, problems: Problems): string | undefined {
  const result = normalizeZone(token.text);
  if ('zone' in result) return result.zone;
  bad(token, 'expected a zone name', problems, `: ${result.reason}`);
  return undefined;
}

/** As `zoneName`, but `ADDRESS/LENGTH` gives its reverse zones, up to 128, as it does in a key. */
export function zoneNames(token: Token, problems: Problems): string[] | undefined {
  const result = zonesOf(token.text);
  if ('zones' in result) return result.zones;
  problems.error('COREFILE_ARGUMENT', token.position, result.reason);
  return undefined;
}

/** The zones of `fallthrough [ZONES...]`: those that are named, as `zoneNames` reads them, or all names. */
export function fallthroughZones(args: readonly Token[], problems: Problems): string[] {
  return args.length === 0 ? ['.'] : args.flatMap((token) => zoneNames(token, problems) ?? []);
}

const sizeUnits: Readonly<Record<string, number>> = Object.freeze({
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 1024,
  MIB: 1024 ** 2,
  GIB: 1024 ** 3,
});

/** Reads a size such as `64MB` (10^6), `512KiB` (2^10) or plain bytes; case does not matter. Bytes, and the range too. */
export function size(token: Token, what: string, range: Range, problems: Problems): number | undefined {
  const match = /^(\d+)([a-z]*)$/i.exec(token.text);
  const unit = sizeUnits[match?.[2]?.toUpperCase() ?? '?'];
  if (unit === undefined) {
    bad(token, `${what} must be a size such as '64MB', '512KiB' or '4096'`, problems);
    return undefined;
  }
  const bytes = Number(match?.[1]) * unit;
  if (!Number.isSafeInteger(bytes)) {
    bad(token, `${what} must be a smaller size`, problems);
    return undefined;
  }
  return inRange(bytes, token, what, range, (value) => `${value} bytes`, problems);
}

/**
 * Whether the number of arguments is in the range. `usage` says in words what they are (`FROM and TO...`). Reports
 * COREFILE_ARGUMENT at the end of the line or at the first superfluous argument otherwise.
 */
export function takes(directive: Directive, count: Range, usage: string, problems: Problems): boolean {
  const { name, args } = directive;
  if (args.length < (count.min ?? 0)) {
    const last = args.at(-1) ?? name;
    const message = `${name.text} needs ${usage}, but the line ends after ${quote(last.text)}`;
    problems.error('COREFILE_ARGUMENT', last.position, message);
    return false;
  }
  const superfluous = count.max === undefined ? undefined : args[count.max];
  if (superfluous === undefined) return true;
  const expected = count.max === 0 ? 'takes no arguments' : `takes ${usage} and no more`;
  const message = `unexpected argument ${quote(superfluous.text)}: ${name.text} ${expected}`;
  problems.error('COREFILE_ARGUMENT', superfluous.position, message);
  return false;
}

/** Whether the directive has no block (an empty one counts as none). Reports COREFILE_ARGUMENT at its first line otherwise. */
export function noBlock(directive: Directive, problems: Problems): boolean {
  const first = directive.block?.[0];
  if (first === undefined) return true;
  const { name } = directive;
  const message = `unexpected option ${quote(first.name.text)}: ${name.text} takes no block, expected the line to end`;
  problems.error('COREFILE_ARGUMENT', first.name.position, message);
  return false;
}

/** Reports that a line of a plugin's block is none of its options: COREFILE_OPTION at its name, with the nearest one. */
export function unknownOption(
  option: Directive,
  known: readonly string[],
  pluginName: string,
  problems: Problems,
): void {
  const { text, position } = option.name;
  const near = nearest(text, known);
  let expected = `; ${pluginName} has no options`;
  if (near !== undefined) expected = didYouMean(text, [near]);
  else if (known.length > 0) expected = `; expected ${listed(known)}`;
  problems.error('COREFILE_OPTION', position, `unknown option ${quote(text)} of ${pluginName}${expected}`);
}

function inRange(
  value: number,
  token: Token,
  what: string,
  range: Range,
  format: (value: number) => string,
  problems: Problems,
): number | undefined {
  const { min = -Infinity, max = Infinity } = range;
  if (value >= min && value <= max) return value;
  let bounds = `between ${format(min)} and ${format(max)}`;
  if (min === -Infinity) bounds = `at most ${format(max)}`;
  else if (max === Infinity) bounds = `at least ${format(min)}`;
  bad(token, `${what} must be ${bounds}`, problems);
  return undefined;
}

function bad(token: Token, expected: string, problems: Problems, detail = ''): void {
  problems.error('COREFILE_ARGUMENT', token.position, `${expected}, found ${quote(token.text)}${detail}`);
}

function listed(words: readonly string[]): string {
  const quoted = words.map((word) => `'${word}'`);
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}
