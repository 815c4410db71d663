import { decode } from 'dns-packet';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { chaosPlugin } from '../../../src/plugins/chaos/chaos.ts';
import { rcode, rrClass } from '../../../src/wire/codes.ts';
import { emptyReply } from '../../../src/wire/reply.ts';
import { askUdp } from '../../support/dns-client.ts';
import { freePorts } from '../../support/free-ports.ts';
import { makeEnvironment, parseDirective } from '../../support/plugin.ts';
import { encodeQuery, makeQuery, replyBytes, type QueryOptions, type TypeOption } from '../../support/query.ts';
import { startServer } from '../../support/running.ts';

const version = 'serviceentry-dns-1.2.3';

describe('chaos in a Corefile', () => {
  it.each([
    ['chaos', version, ['The authors of serviceentry-dns']],
    ['chaos my-dns', 'my-dns', ['The authors of serviceentry-dns']],
    ['chaos my-dns b a b', 'my-dns', ['a', 'b']],
    [`chaos ${'v'.repeat(254)}é`, 'v'.repeat(254), ['The authors of serviceentry-dns']],
    [`chaos ${'v'.repeat(253)}é`, `${'v'.repeat(253)}é`, ['The authors of serviceentry-dns']],
    [`chaos ${'v'.repeat(300)}`, 'v'.repeat(255), ['The authors of serviceentry-dns']],
  ])('%j', (line, expected, authors) => {
    const { config, problems } = parseDirective(chaosPlugin, line);
    expect(problems).toEqual([]);
    expect(config).toEqual({ version: expected, authors, hostname: hostname() });
  });

  it.each([
    ['chaos {\nx\n}', /^Corefile:3:1: error: .*chaos takes no block/],
    ['chaos\nchaos', /^Corefile:3:1: error: .*COREFILE_REPEATED/],
  ])('refuses %j', (lines, problem) => {
    expect(parseDirective(chaosPlugin, lines).problems).toEqual([expect.stringMatching(problem)]);
  });
});

/** A random number is the higher the earlier it is asked for, so that the order is turned round. */
function ask(name: string, type: TypeOption, options: QueryOptions = {}, authors: readonly string[] = ['a', 'b']) {
  let next = 65_535;
  const config = { version: 'v1', authors, hostname: 'pod-1' };
  const handler = chaosPlugin.query.create(
    config,
    makeEnvironment(() => next--),
    (query) => emptyReply(query, rcode.REFUSED),
  );
  const query = makeQuery(name, type, { class: rrClass.CH, ...options });
  const reply = Buffer.from(replyBytes(query, handler(query) as number));
  return { ...decode(reply), code: reply[3]! & 15 };
}

describe('chaos', () => {
  it.each([
    ['version.bind', ['v1']],
    ['VERSION.server', ['v1']],
    ['hostname.bind', ['pod-1']],
    ['id.server', ['pod-1']],
    ['authors.bind', ['b', 'a']],
  ])('answers %s', (name, texts) => {
    const { code, flag_aa: isAuthoritative, answers } = ask(name, 'TXT');
    expect([code, isAuthoritative]).toEqual([rcode.NOERROR, false]);
    const expected = texts.map((text) => ({ name, type: 'TXT', class: 'CH', ttl: 0, data: [Buffer.from(text)] }));
    expect(answers).toEqual(expected.map((each) => expect.objectContaining(each) as object));
  });

  it.each([
    ['version.bind', 'A'],
    ['xversion.bind', 'TXT'],
    ['.', 'TXT'],
  ] as const)('passes %s %s on', (name, type) => {
    expect(ask(name, type).code).toBe(rcode.REFUSED);
  });

  it('says TC where the authors do not fit', () => {
    const authors = ['x'.repeat(255), 'y'.repeat(255)];
    expect(ask('authors.bind', 'TXT', {}, authors)).toMatchObject({ flag_tc: true, answers: [{ type: 'TXT' }] });
    expect(ask('authors.bind', 'TXT', { transport: 'tcp' }, authors).answers).toHaveLength(2);
  });
});

describe('class CH of a server', () => {
  it('is served where chaos stands, and refused elsewhere', async () => {
    const [withChaos = 0, without = 0] = await freePorts(2);
    const block = (port: number, line: string) => `.:${port} {\nbind 127.0.0.1\nlog\n${line}\nwhoami\n}\n`;
    await startServer(block(withChaos, 'chaos my-dns') + block(without, ''));
    const answer = async (port: number, qclass: number) => {
      const reply = await askUdp(port, encodeQuery('version.bind', 'TXT', { class: qclass }));
      const { answers, additionals } = decode(reply);
      return [reply[3]! & 15, answers!.length, additionals!.length];
    };
    expect(await answer(withChaos, rrClass.CH)).toEqual([rcode.NOERROR, 1, 0]);
    expect(await answer(withChaos, rrClass.HS)).toEqual([rcode.REFUSED, 0, 0]);
    expect(await answer(without, rrClass.CH)).toEqual([rcode.REFUSED, 0, 0]);
    // whoami serves class IN only, and chaos not at all.
    expect(await answer(withChaos, rrClass.IN)).toEqual([rcode.NOERROR, 0, 2]);
  });
});
