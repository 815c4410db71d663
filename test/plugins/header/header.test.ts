import { describe, expect, it } from 'vitest';
import { headerPlugin } from '../../../src/plugins/header/header.ts';
import { emptyReply } from '../../../src/wire/reply.ts';
import { decodeMessage } from '../../support/dns-message.ts';
import { askUdp } from '../../support/dns-client.ts';
import { freePorts } from '../../support/free-ports.ts';
import { makeEnvironment, parseDirective } from '../../support/plugin.ts';
import { encodeQuery, makeQuery, replyBytes } from '../../support/query.ts';
import { startServer } from '../../support/running.ts';

describe('header in a Corefile', () => {
  it('reads lines with and without a selector, the last for a flag last', () => {
    const { config, problems } = parseDirective(
      headerPlugin,
      'header {\nset AA rd\nQuery Clear rd\nresponse set ra\nresponse clear rd\n}',
    );
    expect(problems).toEqual([]);
    expect(config).toEqual({
      query: { keep: [0xfe, 0xff], set: [0, 0] },
      response: { keep: [0xfa, 0x7f], set: [0x04, 0x80] },
    });
  });

  it.each([
    ['header', "2:1: error: header needs a block with lines such as 'response set aa', but there is none", 'ARGUMENT'],
    ['header {\n}', '2:1: error: header needs a block', 'ARGUMENT'],
    ['header set aa {\nset aa\n}', "2:8: error: unexpected argument 'set': header takes no arguments", 'ARGUMENT'],
    ['header {\nset aa\n}\nheader {\nset aa\n}', "5:1: error: 'header' stands here again", 'REPEATED'],
    ['header {\nfoo\n}', "3:1: error: expected 'query' or 'response' or 'set' or 'clear', found 'foo'", 'OPTION'],
    ['header {\nrespnse set aa\n}', "found 'respnse'; did you mean 'response'?", 'OPTION'],
    [
      'header {\nresponse\n}',
      "3:1: error: expected '[query|response] set|clear FLAGS...', but the line ends after 'response'",
      'ARGUMENT',
    ],
    [
      'header {\nresponse set\n}',
      "3:10: error: expected '[query|response] set|clear FLAGS...', but the line ends after 'set'",
      'ARGUMENT',
    ],
    ['header {\nquery foo rd\n}', "3:7: error: expected 'set' or 'clear', found 'foo'", 'OPTION'],
    ['header {\nquery set tc\n}', "3:11: error: expected a flag, 'aa', 'ra' or 'rd', found 'tc'", 'ARGUMENT'],
    ['header {\nquery set rd {\nx\n}\n}', "4:1: error: unexpected option 'x'", 'ARGUMENT'],
  ])('refuses %j', (lines, problem, code) => {
    const { problems } = parseDirective(headerPlugin, lines);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
    expect(problems[0]).toContain(`[COREFILE_${code}]`);
  });
});

describe('header', () => {
  it.each([
    ['response set aa ra rd', false, 'qr aa rd ra'],
    ['response clear rd', true, 'qr'],
    ['set ra', true, 'qr rd ra'],
    ['query set rd', false, 'qr rd'],
    ['query clear rd', true, 'qr'],
    ['query set rd\nresponse clear rd', false, 'qr'],
    ['query set aa ra', false, 'qr'],
  ])('%s', async (lines, rd, flags) => {
    for (const isLate of [false, true]) {
      const seen: boolean[] = [];
      const { config } = parseDirective(headerPlugin, `header {\n${lines}\n}`);
      const handler = headerPlugin.query.create(config, makeEnvironment(), (query) => {
        seen.push((query.bytes[query.start + 2]! & 1) !== 0);
        if (isLate) query.hold();
        const length = emptyReply(query, 2);
        return isLate ? Promise.resolve(length) : length;
      });
      const query = makeQuery('a.test', 'A', { rd });
      const reply = decodeMessage(replyBytes(query, await handler(query)));
      expect(reply).toMatchObject({ flags, rcode: 'SERVFAIL' });
      expect(seen).toEqual([lines.includes('query set rd') || (rd && !lines.includes('query clear rd'))]);
    }
  });

  it('leaves it at no reply', () => {
    const { config } = parseDirective(headerPlugin, 'header {\nset aa\n}');
    expect(headerPlugin.query.create(config, makeEnvironment(), () => 0)(makeQuery('a.test', 'A'))).toBe(0);
  });

  it('has its say behind rewrite too', async () => {
    const [port = 0] = await freePorts(1);
    const block = 'rewrite name b.test a.test\nheader {\nresponse set ra\nresponse clear aa rd\n}\nwhoami';
    await startServer(`.:${port} {\nbind 127.0.0.1\n${block}\n}\n`);
    for (const name of ['a.test', 'b.test']) {
      const reply = decodeMessage(await askUdp(port, encodeQuery(name, 'A')));
      expect(reply).toMatchObject({ flags: 'qr ra', questions: [`${name}. IN A`] });
    }
  });
});
