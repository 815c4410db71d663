import { describe, expect, test } from 'vitest';
import { cachePlugin } from '../../../src/plugins/cache/cache.ts';
import { bytesFor, defaultConfig, type CacheConfig } from '../../../src/plugins/cache/config.ts';
import { parseDirective } from '../../support/plugin.ts';

const parse = (lines: string): ReturnType<typeof parseDirective<CacheConfig>> =>
  parseDirective<CacheConfig>(cachePlugin, lines);

const withOption = (option: string): string => `cache {\n${option}\n}`;
const { success, denial } = defaultConfig;
const stale = defaultConfig.stale!;

describe('right lines', () => {
  test.each<[string, Partial<CacheConfig>]>([
    ['cache', {}],
    ['cache {\n}', {}],
    ['cache 300', { success: { ...success, maxTtl: 300 }, denial: { ...denial, maxTtl: 300 } }],
    ['cache Example.net', { zones: ['example.net.'] }],
    ['cache 10.0.0.0/8 .', { zones: ['10.in-addr.arpa.', '.'] }],
    [
      'cache 60 a.test b.test',
      { zones: ['a.test.', 'b.test.'], success: { ...success, maxTtl: 60 }, denial: { ...denial, maxTtl: 60 } },
    ],
    [withOption('success 100000'), { success: { ...success, capacity: 100_000 } }],
    [withOption('success 100 60'), { success: { ...success, capacity: 100, maxTtl: 60 } }],
    [withOption('success 100 60 0'), { success: { ...success, capacity: 100, maxTtl: 60, minTtl: 0 } }],
    [withOption('denial 5 30 1'), { denial: { ...denial, capacity: 5, maxTtl: 30, minTtl: 1 } }],
    [withOption('prefetch 10'), { prefetch: { amount: 10, gapMs: 60_000, percentage: 10 } }],
    [withOption('prefetch 10 30s'), { prefetch: { amount: 10, gapMs: 30_000, percentage: 10 } }],
    [withOption('prefetch 10 30s 90%'), { prefetch: { amount: 10, gapMs: 30_000, percentage: 90 } }],
    [withOption('prefetch 0'), {}],
    [withOption('serve_stale'), { stale: { ...stale, mode: 'immediate' } }],
    [withOption('serve_stale 24h'), { stale: { ...stale, mode: 'immediate', durationMs: 86_400_000 } }],
    [withOption('serve_stale 1h IMMEDIATE 0s'), { stale: { ...stale, mode: 'immediate', replyTtl: 0 } }],
    [
      withOption('serve_stale 1h immediate 10s 1m'),
      { stale: { ...stale, mode: 'immediate', replyTtl: 10, recheckMs: 60_000 } },
    ],
    [withOption('serve_stale 1h verify'), {}],
    [
      withOption('serve_stale 2h verify 100ms 7s 0s'),
      { stale: { ...stale, durationMs: 7_200_000, timeoutMs: 100, replyTtl: 7, recheckMs: 0 } },
    ],
    [withOption('serve_stale 1h verify 0'), { stale: { ...stale, timeoutMs: 0 } }],
    [withOption('serve_stale off'), { stale: undefined }],
    [withOption('serve_stale_policy Prefer_Positive'), { stale: { ...stale, preferPositive: true } }],
    [
      withOption('serve_stale_policy prefer_positive\nserve_stale 2h'),
      { stale: { ...stale, mode: 'immediate', durationMs: 7_200_000, preferPositive: true } },
    ],
    [withOption('servfail 0'), { failureMs: 0 }],
    [withOption('servfail 5m'), { failureMs: 300_000 }],
    [withOption('negative_ttl 10s'), { negativeMs: 10_000 }],
    [withOption('disable success'), { success: { ...success, disabledZones: ['.'] } }],
    [
      withOption('disable denial a.test\ndisable denial b.test\ndisable success c.test'),
      {
        success: { ...success, disabledZones: ['c.test.'] },
        denial: { ...denial, disabledZones: ['a.test.', 'b.test.'] },
      },
    ],
    [withOption('keepttl'), { keepTtl: true }],
    [withOption('max_bytes 16MiB'), { maxBytes: 16_777_216 }],
    [
      'cache 300 {\nsuccess 7\n}',
      { success: { ...success, capacity: 7, maxTtl: 300 }, denial: { ...denial, maxTtl: 300 } },
    ],
  ])('%s', (lines, changes) => {
    expect(parse(lines)).toEqual({ config: { ...defaultConfig, ...changes }, problems: [] });
  });

  test('the defaults are not changed by a line', () => {
    const before = structuredClone(defaultConfig);
    parse('cache 5 {\nsuccess 1 1 1\ndisable denial\nserve_stale off\n}');
    expect(defaultConfig).toEqual(before);
  });
});

describe('wrong lines', () => {
  test.each([
    ['cache 0', "2:7: error: cache TTL must be between 1 and 2147483647, found '0' [COREFILE_ARGUMENT]"],
    ['cache -5', "2:7: error: cache TTL must be between 1 and 2147483647, found '-5' [COREFILE_ARGUMENT]"],
    ['cache a..b', '2:7: error: '],
    ['cache\ncache', "3:1: error: 'cache' stands here again"],
    [withOption('succes 5'), "3:1: error: unknown option 'succes' of cache; did you mean 'success'? [COREFILE_OPTION]"],
    [withOption('success'), '3:1: error: success needs CAPACITY [TTL] [MINTTL]'],
    [withOption('success 0'), '3:9: error: success CAPACITY must be between 1 and 5000000'],
    [withOption('success 5 0'), '3:11: error: success TTL must be between 1 and 2147483647'],
    [withOption('denial 5 10 11'), '3:13: error: denial MINTTL must be between 0 and 10'],
    [withOption('denial 5 10 1 1'), "3:15: error: unexpected argument '1'"],
    [withOption('prefetch'), '3:1: error: prefetch needs AMOUNT'],
    [withOption('prefetch -1'), '3:10: error: prefetch AMOUNT must be between 0 and 65535'],
    [withOption('prefetch 1 1'), '3:12: error: prefetch DURATION must be a duration with a unit'],
    [withOption('prefetch 1 1m 5%'), "3:15: error: prefetch PERCENTAGE must be between '10%' and '90%', found '5%'"],
    [withOption('prefetch 1 1m 20'), "3:15: error: prefetch PERCENTAGE must be between '10%' and '90%', found '20'"],
    [withOption('serve_stale soon'), '3:13: error: serve_stale DURATION must be a duration'],
    [withOption('serve_stale -1h'), '3:13: error: serve_stale DURATION must be at least 0'],
    [withOption('serve_stale 1h later'), "3:16: error: serve_stale must be 'immediate' or 'verify', found 'later'"],
    [withOption('serve_stale 1h immediate 1s 1s 1s'), "3:32: error: unexpected argument '1s'"],
    [
      withOption('serve_stale 1h verify 1s 1500ms'),
      "3:26: error: serve_stale RTTL must be whole seconds, found '1500ms'",
    ],
    [withOption('serve_stale 1h verify 1s 1s 6m'), '3:29: error: serve_stale RECHECK must be between 0s and 5m'],
    [withOption('serve_stale_policy best'), '3:20: error: serve_stale_policy must be'],
    [
      withOption('serve_stale off\nserve_stale_policy prefer_positive'),
      '4:1: error: serve_stale_policy has no effect with serve_stale off: leave one of them out [COREFILE_CONFLICT]',
    ],
    [withOption('servfail 6m'), '3:10: error: servfail must be between 0s and 5m'],
    [withOption('negative_ttl'), '3:1: error: negative_ttl needs one DURATION'],
    [withOption('disable'), '3:1: error: disable needs success or denial, and ZONES...'],
    [withOption('disable all'), "3:9: error: disable must be 'success' or 'denial', found 'all'"],
    [withOption('keepttl yes'), "3:9: error: unexpected argument 'yes': keepttl takes no arguments"],
    [withOption('max_bytes 1'), '3:11: error: max_bytes must be between 65536 bytes and'],
    [withOption('keepttl\nkeepttl'), "4:1: error: 'keepttl' stands here again, but may stand only once in the block"],
    [withOption('success 5 {\n}\nkeepttl {\nx\n}'), "6:1: error: unexpected option 'x': keepttl takes no block"],
  ])('%s', (lines, problem) => {
    const { problems } = parse(lines);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`Corefile:${problem}`);
  });
});

test('memory goes with the capacity, and is 4 MiB at least', () => {
  expect([1, 4096, 100_000].map(bytesFor)).toEqual([4_194_304, 4_194_304, 102_400_000]);
});
