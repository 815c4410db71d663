import { describe, expect, test } from 'vitest';
import { dnsperfCommand, parseDnsperf } from '../../../bench/peers/dnsperf.ts';
import { parseLoad } from '../../../bench/peers/load.ts';

const printed = `DNS Performance Testing Tool
Version 2.10.0

[Status] Command line: dnsperf -W -s 127.0.0.1 -p 15353 -d q -l 1
[Status] Sending queries (to 127.0.0.1:15353)
[Timeout] Query timed out: msg id 71
[Status] Testing complete (time limit)

Statistics:

  Queries sent:         42805
  Queries completed:    42001 (98.12%)
  Queries lost:         800 (1.87%)
  Queries interrupted:  4 (0.01%)

  Response codes:       NOERROR 37800 (90.00%), NXDOMAIN 4201 (10.00%)
  Average packet size:  request 47, response 63
  Run time (s):         1.000992
  Queries per second:   41959.376298

  Average Latency (s):  0.000033 (min 0.000006, max 0.000296)
`;

describe('dnsperf', () => {
  test('what it prints is read', () => {
    expect(parseDnsperf(printed)).toEqual({
      asked: 42_805,
      answered: 42_001,
      lost: 800,
      seconds: 1.000992,
      rcodes: { NOERROR: 37_800, NXDOMAIN: 4201 },
    });
  });

  test('without any reply there are no response codes', () => {
    const silent = printed.replace(/^ {2}Response codes.*\n/m, '');
    expect(parseDnsperf(silent).rcodes).toEqual({});
  });

  test('what it does not say is an error that shows what it said', () => {
    expect(() => parseDnsperf('Error: unable to resolve')).toThrow(/Queries sent.*\nError: unable to resolve/);
  });

  test.each([
    ['udp', undefined, '-m udp'],
    ['tcp', undefined, '-m tcp'],
    ['tls', 1000, '-m dot'],
  ] as const)('over %s, %s a second', (transport, perSecond, mode) => {
    const rate = perSecond === undefined ? {} : { perSecond };
    const plan = { port: 53, transport, questions: 'file', seconds: 3, clients: 2, window: 100, ...rate };
    const command = dnsperfCommand(plan).join(' ');
    expect(command).toContain(mode);
    expect(command).toContain('-s 127.0.0.1 -p 53');
    expect(command.includes('-b 4096')).toBe(transport === 'udp');
    expect(command.includes('-Q 1000')).toBe(perSecond !== undefined);
  });
});

test('what load.c prints is read', () => {
  const percentiles = '{"p50":40.9,"p90":69.8,"p99":478.3,"p999":983.8,"max":1183.5}';
  const rcodes = '[2990,0,3,0,0,0,0,0,0,1,0,0,0,0,0,0]';
  const line = `{"asked":3000,"replied":2994,"seconds":3.000034,"realtime":true,"rcodes":${rcodes},"latencyUs":${percentiles},"kept":{"times":2,"ms":45.125}}\n`;
  expect(parseLoad(line)).toEqual({
    asked: 3000,
    answered: 2994,
    lost: 6,
    seconds: 3.000034,
    realtime: true,
    rcodes: { NOERROR: 2990, SERVFAIL: 3, RCODE9: 1 },
    latencyUs: JSON.parse(percentiles) as unknown,
    kept: { times: 2, ms: 45.125 },
  });
});
