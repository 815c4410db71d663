import { describe, expect, it } from 'vitest';
import { ask } from './harness.ts';

/** Each rule, the name that the client asks for, the one that is asked in its place, and the owner of the answer. */
const rows: readonly [rule: string, name: string, asked: string, owner: string][] = [
  ['name a.test b.test', 'a.test.', 'b.test.', 'a.test.'],
  ['name a.test b.test', 'A.tesT.', 'b.test.', 'A.tesT.'],
  ['name a.test b.test', 'x.a.test.', 'x.a.test.', 'x.a.test.'],
  ['name exact a.test. b.test.', 'a.test.', 'b.test.', 'a.test.'],
  ['name . b.test', '.', 'b.test.', '.'],
  ['name a.test .', 'a.test.', '.', 'a.test.'],
  // CoreDNS's own tests.
  ['name prefix foo bar', 'foo.example.com.', 'bar.example.com.', 'bar.example.com.'],
  ['name prefix foo. bar.', 'foo.example.com.', 'bar.example.com.', 'bar.example.com.'],
  ['name suffix com org', 'foo.example.com.', 'foo.example.org.', 'foo.example.org.'],
  ['name suffix .com .org', 'foo.example.com.', 'foo.example.org.', 'foo.example.org.'],
  [
    'name suffix .ingress.coredns.rocks nginx.coredns.rocks',
    'coredns.ingress.coredns.rocks.',
    'corednsnginx.coredns.rocks.',
    'corednsnginx.coredns.rocks.',
  ],
  ['name prefix foo bar answer auto', 'foo.example.com.', 'bar.example.com.', 'foo.example.com.'],
  ['name suffix com org answer auto', 'foo.example.com.', 'foo.example.org.', 'foo.example.com.'],
  [
    'name suffix .ingress.coredns.rocks nginx.coredns.rocks answer auto',
    'coredns.ingress.coredns.rocks.',
    'corednsnginx.coredns.rocks.',
    'coredns.ingress.coredns.rocks.',
  ],
  ['name prefix foo bar', 'coredns.foo.', 'coredns.foo.', 'coredns.foo.'],
  ['name suffix com org', 'com.coredns.', 'com.coredns.', 'com.coredns.'],
  ['name substring service svc', 'com.coredns.', 'com.coredns.', 'com.coredns.'],
  ['name substring x.y z', 'a.x.y.', 'a.z.', 'a.z.'],
  ['name substring x.y z answer auto', 'a.x.y.', 'a.z.', 'a.x.y.'],
  [
    'name regex (.*).coredns.rocks {1}.coredns.maps answer auto',
    'foo.coredns.rocks.',
    'foo.coredns.maps.',
    'foo.coredns.rocks.',
  ],
  [
    'name regex (.*).coredns.rocks {1}.coredns.maps answer name (.*).coredns.maps {1}.coredns.works',
    'foo.coredns.rocks.',
    'foo.coredns.maps.',
    'foo.coredns.works.',
  ],
  ['name regex (.*).coredns.rocks {1}.coredns.maps', 'foo.coredns.rocks.', 'foo.coredns.maps.', 'foo.coredns.maps.'],
  ['name regex (f.*m)\\.regex\\.(nl) to.{2}', 'from.regex.nl.', 'to.nl.', 'to.nl.'],
];

describe.each([false, true])('a name is asked for in the place of another, answered late: %s', (isLate) => {
  it.each(rows)('%s: %s', async (rule, name, asked, owner) => {
    const { reply, asked: seen } = await ask(`rewrite ${rule}`, name, 'A', { isLate });
    expect(seen).toEqual([`${asked} 1`]);
    expect(reply.questions).toEqual([`${name} IN A`]);
    expect(reply.answer).toEqual([`${owner} 60 IN A 192.0.2.1`]);
  });
});

describe('rules in their order', () => {
  it.each([
    ['the first that applies is the last', 'name a.test b.test\nrewrite name b.test c.test', 'a.test.', 'b.test.'],
    ['unless it says to go on', 'continue name a.test b.test\nrewrite name b.test c.test', 'a.test.', 'c.test.'],
    [
      'and what does not apply is passed over',
      'name x.test y.test\nrewrite stop name a.test c.test',
      'a.test.',
      'c.test.',
    ],
    [
      'in a block',
      'stop {\n name regex (.*)\\.a\\.test {1}.c.test\n answer name (.*)\\.c\\.test {1}.a.test\n}',
      'x.a.test.',
      'x.c.test.',
    ],
  ])('%s', async (_, lines, name, asked) => {
    const { reply, asked: seen } = await ask(`rewrite ${lines}`, name);
    expect(seen).toEqual([`${asked} 1`]);
    expect(reply.answer).toEqual([`${name} 60 IN A 192.0.2.1`]);
  });
});

it('SERVFAIL where the new name is none', async () => {
  const { reply, query, asked } = await ask('rewrite name regex ^a$|^a\\.(.*)$ ..{1}', 'a.test.');
  expect(asked).toEqual([]);
  expect(reply).toMatchObject({ rcode: 'SERVFAIL', questions: ['a.test. IN A'] });
  expect(query.error).toBe('rewrite: invalid name after rewrite: ..test..');
});

describe('the question is always restored', () => {
  it.each([1, 2, 3, 4, 5, 6, 15])('with code %i', async (code) => {
    const { reply } = await ask('rewrite name prefix a b', 'A.test.', 'A', { zoneOf: () => ({ code }) });
    expect(reply.questions).toEqual(['A.test. IN A']);
  });

  it('of another type, or class', async () => {
    const { reply, asked } = await ask('rewrite type ANY HINFO', 'a.test.', 'ANY');
    expect(asked).toEqual(['a.test. 13']);
    expect(reply.questions).toEqual(['a.test. IN ANY']);
  });
});
