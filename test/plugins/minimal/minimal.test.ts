import { describe, expect, it } from 'vitest';
import { minimalPlugin } from '../../../src/plugins/minimal/minimal.ts';
import { extendedErrorOf } from '../../../src/wire/extended-error.ts';
import { askUdp } from '../../support/dns-client.ts';
import { decodeMessage } from '../../support/dns-message.ts';
import { freePorts } from '../../support/free-ports.ts';
import { makeEnvironment, parseDirective, unreachable } from '../../support/plugin.ts';
import { encodeQuery, makeQuery, replyBytes } from '../../support/query.ts';
import { startServer } from '../../support/running.ts';
import { answering, type Zone } from '../rewrite/harness.ts';

const answer = 'a.test. 60 IN A 192.0.2.1\na.test. 60 IN A 192.0.2.2';
const ns = 'test. 60 IN NS ns.test.';
const soa = 'test. 60 IN SOA ns.test. h.test. 1 2 3 4 5';
const additional = 'ns.test. 60 IN A 192.0.2.53\nns.test. 60 IN AAAA 2001:db8::53';

it.each(['minimal x', 'minimal {\nx\n}', 'minimal\nminimal'])('refuses %j', (lines) => {
  expect(parseDirective(minimalPlugin, lines).problems).toHaveLength(1);
});

describe('minimal', () => {
  it.each<[what: string, zone: Zone, isCut: boolean]>([
    ['an answer', { answer, authority: ns, additional }, true],
    ['an answer with a SOA', { answer, authority: soa }, true],
    ['an answer alone', { answer }, false],
    ['nothing but additional records', { additional }, true],
    ['a delegation', { authority: ns, additional }, false],
    ['NODATA', { authority: soa, additional }, false],
    ['NXDOMAIN', { code: 3, authority: soa, additional }, false],
    ['NXDOMAIN behind an alias', { code: 3, answer, authority: soa }, false],
    ['SERVFAIL', { code: 2, additional }, false],
  ])('%s', async (_, zone, isCut) => {
    for (const isLate of [false, true]) {
      for (const edns of [false, true]) {
        const query = makeQuery('a.test', 'A', { edns });
        if (edns) query.replyOptions = extendedErrorOf(4, 'text');
        const expected = replyBytes(query, await answering(() => zone, isLate)(query)).slice();
        const asked = makeQuery('a.test', 'A', { edns });
        if (edns) asked.replyOptions = extendedErrorOf(4, 'text');
        const handler = minimalPlugin.query.create(
          {},
          makeEnvironment(),
          answering(() => zone, isLate),
        );
        const reply = decodeMessage(replyBytes(asked, await handler(asked)));
        const whole = decodeMessage(expected);
        if (!isCut) expect(reply).toEqual(whole);
        else expect(reply).toEqual({ ...whole, authority: [], additional: [], size: reply.size });
        expect(reply.opt?.options).toBe(edns ? 10 : undefined);
      }
    }
  });

  it('leaves alone what it cannot read', () => {
    for (const length of [0, 5, 12, 40]) {
      const query = makeQuery('a.test', 'A');
      const handler = minimalPlugin.query.create({}, makeEnvironment(), ({ out }) => {
        out.fill(0xff, 0, length);
        out[3] = 0;
        return length;
      });
      expect(handler(query)).toBe(length);
    }
    expect(() => minimalPlugin.query.create({}, makeEnvironment(), unreachable)).not.toThrow();
  });

  it('is served', async () => {
    const [port = 0] = await freePorts(1);
    await startServer(`.:${port} {\nbind 127.0.0.1\nminimal\nwhoami\n}\n`);
    const reply = decodeMessage(await askUdp(port, encodeQuery('a.test', 'A', { edns: true })));
    // whoami says what it knows in additional records, and has no answer.
    expect(reply).toMatchObject({ rcode: 'NOERROR', answer: [], additional: [], opt: { options: 0 } });
  });
});
