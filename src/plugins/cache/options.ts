import { duration, integer, oneOf, size, zoneNames } from '../../corefile/arguments.ts';
import type { Directive, Token } from '../../corefile/ast.ts';
import { type OptionForm, readOptionBlock } from '../../corefile/option-block.ts';
import type { Problems } from '../../corefile/problem.ts';
import type { CacheConfig, KindConfig } from './config.ts';
import { readPrefetch } from './arguments/prefetch.ts';
import { readStale } from './arguments/stale.ts';

/** All that the block of a `cache` line says. */
export type CacheOptions = { -readonly [Key in keyof CacheConfig]: CacheConfig[Key] };

/** More entries than this need gigabytes. */
const maxCapacity = 5_000_000;
/** What a record may say (RFC 2181 section 8). */
export const maxTtl = 0x7fff_ffff;
/** RFC 9520 section 3.2. */
const maxFailureMs = 300_000;
const leastBytes = 64 * 1024;
const mostBytes = 2 ** 31 - leastBytes;
const kinds = ['success', 'denial'] as const;

interface OptionReader extends OptionForm {
  read(args: readonly Token[], options: CacheOptions, problems: Problems): void;
}

/** `success CAPACITY [TTL] [MINTTL]` */
function kindReader(kind: (typeof kinds)[number]): OptionReader {
  return {
    args: { min: 1, max: 3 },
    usage: 'CAPACITY [TTL] [MINTTL]',
    read([capacityToken, ttlToken, minToken], options, problems) {
      const before = options[kind];
      const capacity = integer(capacityToken!, `${kind} CAPACITY`, { min: 1, max: maxCapacity }, problems);
      const most = ttlToken && integer(ttlToken, `${kind} TTL`, { min: 1, max: maxTtl }, problems);
      const least = minToken && integer(minToken, `${kind} MINTTL`, { min: 0, max: most ?? maxTtl }, problems);
      const changed: KindConfig = {
        ...before,
        capacity: capacity ?? before.capacity,
        maxTtl: most ?? before.maxTtl,
        minTtl: least ?? before.minTtl,
      };
      options[kind] = changed;
    },
  };
}

const readers: Readonly<Record<string, OptionReader>> = Object.freeze({
  success: kindReader('success'),
  denial: kindReader('denial'),
  prefetch: {
    args: { min: 1, max: 3 },
    usage: 'AMOUNT [DURATION [PERCENTAGE%]]',
    read: (args, options, problems) => (options.prefetch = readPrefetch(args, problems)),
  } satisfies OptionReader,
  serve_stale: {
    args: { min: 0, max: 5 },
    usage: '[DURATION] [immediate [RTTL [RECHECK]] | verify [TIMEOUT [RTTL [RECHECK]]]], or off',
    read: (args, options, problems) => (options.stale = readStale(args, problems)),
  } satisfies OptionReader,
  serve_stale_policy: {
    args: { min: 1, max: 1 },
    usage: 'prefer_positive',
    read: ([token], _, problems) => oneOf(lowerCase(token!), 'serve_stale_policy', ['prefer_positive'], problems),
  } satisfies OptionReader,
  servfail: {
    args: { min: 1, max: 1 },
    usage: 'one DURATION',
    read([token], options, problems) {
      options.failureMs = duration(token!, 'servfail', { min: 0, max: maxFailureMs }, problems) ?? 0;
    },
  } satisfies OptionReader,
  negative_ttl: {
    args: { min: 1, max: 1 },
    usage: 'one DURATION',
    read([token], options, problems) {
      options.negativeMs = duration(token!, 'negative_ttl', { min: 0, max: maxFailureMs }, problems) ?? 0;
    },
  } satisfies OptionReader,
  max_bytes: {
    args: { min: 1, max: 1 },
    usage: 'one SIZE',
    read([token], options, problems) {
      options.maxBytes = size(token!, 'max_bytes', { min: leastBytes, max: mostBytes }, problems);
    },
  } satisfies OptionReader,
  disable: {
    args: { min: 1 },
    usage: 'success or denial, and ZONES...',
    repeatable: true,
    read([kindToken, ...zoneTokens], options, problems) {
      const kind = oneOf(kindToken!, 'disable', kinds, problems);
      if (kind === undefined) return;
      const named = zoneTokens.flatMap((token) => zoneNames(token, problems) ?? []);
      const zones = zoneTokens.length === 0 ? ['.'] : named;
      options[kind] = { ...options[kind], disabledZones: [...options[kind].disabledZones, ...zones] };
    },
  } satisfies OptionReader,
  keepttl: { args: { min: 0, max: 0 }, usage: 'nothing', read: (_, options) => (options.keepTtl = true) },
});

/** Reads the block of a `cache` line into `options`; reports COREFILE_OPTION, COREFILE_REPEATED, COREFILE_ARGUMENT, COREFILE_CONFLICT. */
export function readOptions(line: Directive, options: CacheOptions, problems: Problems): void {
  const seen = readOptionBlock(line, 'cache', readers, problems, (reader, option) =>
    reader.read(option.args, options, problems),
  );
  preferPositive(options, seen.get('serve_stale_policy'), problems);
}

/** The policy is one of what is stale, in whatever order the two lines stand. */
function preferPositive(options: CacheOptions, policy: Directive | undefined, problems: Problems): void {
  if (policy === undefined) return;
  if (options.stale !== undefined) options.stale = { ...options.stale, preferPositive: true };
  else {
    const message = 'serve_stale_policy has no effect with serve_stale off: leave one of them out';
    problems.error('COREFILE_CONFLICT', policy.name.position, message);
  }
}

/** A token in lower case, for words that CoreDNS takes in any. */
export function lowerCase(token: Token): Token {
  return { ...token, text: token.text.toLowerCase() };
}
